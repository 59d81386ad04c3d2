using System.Globalization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Problems;

/// <summary>A constraint of the database that enforces a rule. An operation that sets one of the members can be refused by it.</summary>
/// <param name="Code">The rule's problem code.</param>
/// <param name="Row">The type of the rows that it is on.</param>
/// <param name="Members">The members that it looks at.</param>
public sealed record RuleConstraint(string Code, Type Row, params string[] Members);

/// <summary>The method writes rows in SQL, of which the named constraint may refuse one.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class CanViolateAttribute(string constraint) : Attribute
{
    public string Constraint { get; } = constraint;
}

/// <summary>
/// Texts of all problem codes that a service answers with, and the database constraints that enforce a business rule.
/// </summary>
public sealed class ProblemCatalog
{
    private readonly Dictionary<string, ProblemText> _texts;
    private readonly string? _service;
    private readonly IReadOnlyDictionary<string, RuleConstraint> _constraints;

    /// <param name="texts">Texts beside those of <see cref="CommonProblems"/>.</param>
    /// <param name="constraints">Constraints of the database that enforce a rule.</param>
    /// <param name="service">The service that answers with these codes; null where nothing but the common ones are answered.</param>
    public ProblemCatalog(
        IReadOnlyDictionary<string, ProblemText> texts, IReadOnlyDictionary<string, RuleConstraint>? constraints = null,
        string? service = null)
    {
        _service = service;
        _texts = new Dictionary<string, ProblemText>(CommonProblems.Texts, StringComparer.Ordinal);
        foreach (var (code, text) in texts)
        {
            _texts[code] = text;
        }

        _constraints = constraints ?? new Dictionary<string, RuleConstraint>();
    }

    public IReadOnlyDictionary<string, ProblemText> Texts => _texts;

    /// <summary>The constraints by their names in the database.</summary>
    public IReadOnlyDictionary<string, RuleConstraint> Constraints => _constraints;

    /// <summary>
    /// The <c>type</c> of a problem: the path, from the gateway on, of the page that explains it. A common problem has one page, whoever
    /// answers it.
    /// </summary>
    public string PageOf(string code) => FolderOf(code) + code;

    /// <summary>Where the page of a code is.</summary>
    internal string FolderOf(string code) => _service is null || CommonProblems.Texts.ContainsKey(code)
        ? ProblemPages.Path : $"{ProblemPages.Path}{_service}/";

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
        constraint is not null && _constraints.TryGetValue(constraint, out var rule) ? rule.Code : null;
}
