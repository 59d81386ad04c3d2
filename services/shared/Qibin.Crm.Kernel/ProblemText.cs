namespace Qibin.Crm.Kernel;

/// <summary>
/// The words of one problem, Chinese first. Placeholders <c>{0}</c>… take the problem's arguments; an argument that is itself such a
/// text, as the name of a state, appears in the language of the answer.
/// </summary>
public sealed record ProblemText(string Chinese, string English)
{
    /// <summary>Several names as one argument.</summary>
    public static ProblemText List(IReadOnlyCollection<ProblemText> names) =>
        new(string.Join('、', names.Select(n => n.Chinese)), string.Join(", ", names.Select(n => n.English)));
}

/// <summary>Texts that a shared part, such as messaging, brings into every service's catalogue.</summary>
public sealed record SharedProblems(IReadOnlyDictionary<string, ProblemText> Texts);
