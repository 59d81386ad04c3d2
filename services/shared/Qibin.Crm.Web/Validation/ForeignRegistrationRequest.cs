using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Validation;

/// <summary>The registration 境外注册号 of a legal person outside of the mainland, with its country.</summary>
public sealed record ForeignRegistrationRequest
{
    /// <summary>
    /// ISO 3166-1 alpha-2 code of the country or region. Not CN: a legal person of the mainland has a unified social credit code.
    /// </summary>
    [Needed, CountryCode]
    public string? Country { get; init; }

    /// <summary>
    /// 1 to 40 letters, digits, hyphens, points, slashes and spaces; width and case are put right. Two are equal when their letters and
    /// digits are.
    /// </summary>
    [Needed, RegistrationNumber]
    public string? Number { get; init; }

    /// <summary>The registration, once the request's shape was checked.</summary>
    public ForeignRegistration Read() =>
        ForeignRegistration.Find(Country, Number) ?? throw new InvalidOperationException("The request's shape was not checked.");

    /// <summary>The registration that a query asks for by country and number; null when for none.</summary>
    /// <exception cref="Refusal">400: only one of the two, or a wrong one.</exception>
    public static ForeignRegistration? InQuery(string? country, string? number)
    {
        var faults = new List<Fault>();
        var registration = InQuery(country, number, faults);
        return faults.Count > 0 ? throw Refusal.Invalid(faults) : registration;
    }

    /// <summary>As the other one, with what is wrong added to the faults.</summary>
    public static ForeignRegistration? InQuery(string? country, string? number, ICollection<Fault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        if ((country ?? number) is null)
        {
            return null;
        }

        if ((country is null ? "value.required" : ForeignRegistration.FaultOfCountry(country)) is { } place)
        {
            faults.Add(new Fault("registrationCountry", place, country ?? ""));
        }

        if ((number is null ? "value.required" : ForeignRegistration.FaultOfNumber(number)) is { } written)
        {
            faults.Add(new Fault("registrationNumber", written));
        }

        return ForeignRegistration.Find(country, number);
    }
}

/// <summary>A country or region of ISO 3166-1 but China, by its alpha-2 code, half-width or full.</summary>
public sealed class CountryCodeAttribute : ShapeAttribute
{
    public CountryCodeAttribute() : base("country.unknown", "")
    {
    }

    public override string? Example => "DE";

    public override string? Pattern => "[A-Za-zＡ-Ｚａ-ｚ]{2}";

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is null || ForeignRegistration.FaultOfCountry(value as string) is not { } code ? ValidationResult.Success
            : new ValidationResult(code == "country.unknown" ? $"{code}|{value}" : code, [validationContext?.MemberName ?? ""]);
}

/// <summary>A number of a foreign register: 1 to 40 letters, digits, hyphens, points, slashes and spaces, half-width or full.</summary>
public sealed class RegistrationNumberAttribute : ShapeAttribute
{
    public RegistrationNumberAttribute() : base("registration.number")
    {
    }

    public override string? Example => "HRB 12345";

    public override string? Pattern => "[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]";

    public override bool IsValid(object? value) => value is null || ForeignRegistration.FaultOfNumber(value as string) is null;
}
