using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Keys;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.Identity.Account;

/// <summary>Passwords, cookies and forms.</summary>
internal static class Accounts
{
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // It warns that nothing encrypts the keys; the seal does, where it has a key.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        services.AddIdentityCore<Person>().AddUserStore<PersonStore>();
        // The framework's own rules ask for kinds of characters; ours is the only one.
        services.RemoveAll<IPasswordValidator<Person>>();
        services.AddScoped<IPasswordValidator<Person>, PasswordRules>();
        services.AddSessions();
        services.AddSingleton<Devices>();
        services.AddSingleton<OneTimeCodes>();
        // OWASP's number for PBKDF2 with SHA-512; hashes of fewer rounds are made anew at the next sign-in.
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 210_000);
        services.AddCleanup(new CleanupRule("wrong_tries", "forgotten_at < $1", TimeSpan.FromHours(1)));
        services.AddDataProtection().SetApplicationName("qibin-identity");
        services.AddSingleton<ProtectionKeys>();
        services.AddOptions<KeyManagementOptions>().Configure<ProtectionKeys>((options, keys) => options.XmlRepository = keys);
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "qibin-form";
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true; // The pages set it themselves, with the rest.
        });
        services.Configure<RateLimiterOptions>(limits => limits.AddPolicy<string, SignInLimit>(SignInLimit.Name));
    }
}
