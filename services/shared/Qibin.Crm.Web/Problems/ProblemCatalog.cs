using System.Globalization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Problems;

/// <summary>
/// Texts of all problem codes that a service answers with, and the database constraints that enforce a business rule.
/// </summary>
public sealed class ProblemCatalog
{
    private readonly Dictionary<string, ProblemText> _texts;
    private readonly IReadOnlyDictionary<string, string> _constraints;

    public ProblemCatalog(IReadOnlyDictionary<string, ProblemText> texts, IReadOnlyDictionary<string, string>? constraints = null)
    {
        _texts = new Dictionary<string, ProblemText>(CommonProblems.Texts, StringComparer.Ordinal);
        foreach (var (code, text) in texts)
        {
            _texts[code] = text;
        }

        _constraints = constraints ?? new Dictionary<string, string>();
    }

    public IReadOnlyDictionary<string, ProblemText> Texts => _texts;

    public bool Knows(string code) => _texts.ContainsKey(code);

    /// <summary>The text of a code in the asked language; the code itself when nobody wrote one.</summary>
    public string Text(string code, bool english, IReadOnlyList<object> arguments)
    {
        if (!_texts.TryGetValue(code, out var text))
        {
            return code;
        }

        return string.Format(CultureInfo.InvariantCulture, In(text),
            [.. arguments.Select(argument => argument is ProblemText name ? In(name) : argument)]);

        string In(ProblemText words) => english ? words.English : words.Chinese;
    }

    /// <summary>The problem code that a violated unique, exclusion, foreign-key or check constraint maps to.</summary>
    public string? ForConstraint(string? constraint) =>
        constraint is not null && _constraints.TryGetValue(constraint, out var code) ? code : null;
}
