using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>A step that needs no more than its date.</summary>
public sealed record StepRequest
{
    /// <summary>Business date; today when left out, never later, and not before the previous step.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }

    [TextLength(2000)]
    public string? Opinion { get; init; }
}

/// <summary>A step that needs a reason.</summary>
public sealed record ReasonedStepRequest
{
    /// <summary>Business date; today when left out, never later, and not before the previous step.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }

    /// <summary>Why; kept in the history.</summary>
    [Needed, TextLength(2000)]
    public string? Opinion { get; init; }
}
