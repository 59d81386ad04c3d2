using System.Text.RegularExpressions;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Identity.Shapes;

/// <summary>A code for programs and addresses: lower-case letters, digits and <c>. _ -</c>, a letter or digit first.</summary>
public sealed partial class CodeShapeAttribute : ShapeAttribute
{
    public CodeShapeAttribute() : base("code.shape")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text && Shape().IsMatch(text));

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

/// <summary>A user name: letters, digits and <c>. _ -</c>, in any case, which does not count.</summary>
public sealed partial class UserNameAttribute : ShapeAttribute
{
    public UserNameAttribute() : base("user.nameShape")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text && Shape().IsMatch(text));

    [GeneratedRegex("^[A-Za-z0-9._-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

/// <summary>Words from known lists.</summary>
internal static class KnownWords
{
    /// <exception cref="Refusal">400 at the first word that is no role of people, no chain or no scope.</exception>
    public static string[] Roles(IReadOnlyList<string> roles) => Check(roles, "/roles", "role.unknown", Kernel.Roles.OfPeople.Contains);

    /// <inheritdoc cref="Roles"/>
    public static string[] Chains(IReadOnlyList<string> chains) => Check(chains, "/chains", "chain.unknown", IndustryChains.Exists);

    /// <inheritdoc cref="Roles"/>
    public static string[] Scopes(IReadOnlyList<string> scopes) => Check(scopes, "/scopes", "scope.unknown", Kernel.Scopes.All.Contains);

    private static string[] Check(IReadOnlyList<string> words, string pointer, string code, Func<string, bool> known)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] is not { } word || !known(word))
            {
                throw Refusal.Invalid($"{pointer}/{i}", code, words[i] ?? "");
            }
        }

        return [.. words];
    }
}
