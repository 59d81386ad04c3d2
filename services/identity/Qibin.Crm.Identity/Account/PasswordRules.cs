using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Qibin.Crm.Identity.Domain;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// Passwords: at least 12 characters of any kind, at most 200, not containing the user name, and not made of common passwords, runs and
/// repeats (<see cref="PasswordStrength"/>). Length is what counts (NIST SP 800-63B); forced digits and signs make passwords that people
/// write down.
/// </summary>
internal sealed class PasswordRules : IPasswordValidator<Person>
{
    public const int Shortest = 12;
    private const int Longest = 200;

    // Without letters and digits that look alike, since somebody will type it from a note.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    private static readonly Lazy<IReadOnlySet<string>> s_common = new(ReadCommon);

    public Task<IdentityResult> ValidateAsync(UserManager<Person> manager, Person user, string? password) => Task.FromResult(
        password is { Length: >= Shortest and <= Longest } && !password.Contains(user.UserName, StringComparison.OrdinalIgnoreCase)
            && PasswordStrength.Of(password, s_common.Value, user.DisplayName.ToLowerInvariant()) >= PasswordStrength.Least
            ? IdentityResult.Success
            : IdentityResult.Failed(new IdentityError { Code = "password.weak" }));

    /// <summary>
    /// Gives the person this password, when it keeps the rules; saves nothing. What the old one opened is the caller's to end.
    /// </summary>
    public static async Task<bool> KeepAsync(UserManager<Person> users, Person person, string password)
    {
        foreach (var rule in users.PasswordValidators)
        {
            if (!(await rule.ValidateAsync(users, person, password)).Succeeded)
            {
                return false;
            }
        }

        person.PasswordHash = users.PasswordHasher.HashPassword(person, password);
        return true;
    }

    /// <summary>Gives the person a generated password, to be shown once; saves nothing.</summary>
    public static async Task<string> GiveAsync(UserManager<Person> users, Person person)
    {
        while (true)
        {
            // A short user name may stand in a random password by chance.
            var password = Make();
            if (await KeepAsync(users, person, password))
            {
                return password;
            }
        }
    }

    /// <summary>16 characters in groups of four, 79 bits.</summary>
    public static string Make() =>
        string.Join('-', RandomNumberGenerator.GetString(Alphabet, 16).Chunk(4).Select(four => new string(four)));

    private static HashSet<string> ReadCommon()
    {
        using var reader = new StreamReader(
            typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")
                ?? throw new InvalidOperationException("common-passwords.txt is not embedded."));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];
    }
}
