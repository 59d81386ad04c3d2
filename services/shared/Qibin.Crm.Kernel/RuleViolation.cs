namespace Qibin.Crm.Kernel;

#pragma warning disable CA1032 // A violation without a code says nothing to anybody.
/// <summary>
/// A business rule refuses the change. Answered as 409 with <see cref="Code"/>; the problem catalogue has its text.
/// </summary>
/// <param name="code">Dotted code such as <c>lead.closed</c>.</param>
/// <param name="arguments">Values for the text's placeholders.</param>
public sealed class RuleViolation(string code, params object[] arguments) : Exception(code)
{
    public string Code { get; } = code;

    public IReadOnlyList<object> Arguments { get; } = arguments;

    /// <summary>What is missing, by field or document code, for the refusals that list it.</summary>
    public IReadOnlyList<string> Missing { get; private init; } = [];

    /// <summary>A refusal that lists what is missing.</summary>
    public static RuleViolation Lacking(string code, IEnumerable<string> missing, params object[] arguments) =>
        new(code, arguments) { Missing = [.. missing] };
}
#pragma warning restore CA1032
