namespace Qibin.Crm.Kernel;

/// <summary>The words of one problem, Chinese first. Placeholders <c>{0}</c>… take the problem's arguments.</summary>
public sealed record ProblemText(string Chinese, string English);

/// <summary>Texts that a shared part, such as messaging, brings into every service's catalogue.</summary>
public sealed record SharedProblems(IReadOnlyDictionary<string, ProblemText> Texts);
