using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Qibin.Crm.Work.Hosting;

/// <summary>Settings classes: how they are read and checked.</summary>
public static class SettingsHost
{
    /// <summary>Binds a class to its section; a start checks it.</summary>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services) where T : class
    {
        services.AddSingleton<IValidateOptions<T>, SettingsValidator<T>>();
        services.AddOptions<T>().BindConfiguration(SectionOf(typeof(T))).ValidateOnStart();
        return services;
    }

    /// <summary>The settings as configured, unchecked: for what has to be known before the services are built.</summary>
    public static T Read<T>(this IConfiguration configuration) where T : class, new() =>
        configuration.GetSection(SectionOf(typeof(T))).Get<T>() ?? new T();

    internal static string SectionOf(Type settings) =>
        settings.GetCustomAttribute<SettingsAttribute>()?.Section
            ?? throw new InvalidOperationException($"{settings} has no [Settings] attribute.");
}

/// <summary>Checks the validation attributes of a settings class, and names the keys that are missing or wrong.</summary>
internal sealed class SettingsValidator<T> : IValidateOptions<T> where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var faults = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(faults.SelectMany(fault => fault.MemberNames.Select(member => Line(member, fault.ErrorMessage))));
    }

    private static string Line(string member, string? message)
    {
        var required = typeof(T).GetProperty(member)?.GetCustomAttribute<RequiredAttribute>() is not null;
        return $"{SettingsHost.SectionOf(typeof(T))}:{member} "
            + $"{(required && message?.Contains("required", StringComparison.Ordinal) == true ? "is missing" : $"is wrong: {message}")}";
    }
}
