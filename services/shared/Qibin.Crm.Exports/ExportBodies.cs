using Qibin.Crm.Sheets;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Exports;

/// <summary>What amounts of an export are counted in: yuan 元, 10,000 yuan 万元, 100 million yuan 亿元, or the same of another
/// currency.</summary>
public enum AmountUnit { Yuan, Wan, Yi }

/// <summary>A list to be exported.</summary>
public sealed record ExportRequest
{
    /// <summary>The list, by the last part of its address.</summary>
    [Line(40), Needed]
    public string? List { get; init; }

    [Needed]
    public SheetFormat? Format { get; init; }

    /// <summary>
    /// Filters and sort as in the query of the list itself, such as <c>stage=new,assessing&amp;sort=-createdAt</c>; all rows when left
    /// out. Contacts take <c>leadId</c> as well, and people <c>investorId</c>, which are in the address of their lists.
    /// </summary>
    [TextLength(2000)]
    public string? Query { get; init; }

    /// <summary>What amounts are counted in; <c>yuan</c> when left out. The heading says it.</summary>
    public AmountUnit? Unit { get; init; }
}

/// <summary>An export and how far it is.</summary>
public sealed record ExportAnswer
{
    public required JobAnswer Job { get; init; }

    /// <summary>Where the table is fetched; null while it is not whole, and after its time.</summary>
    public string? File { get; init; }

    /// <summary>Until when it can be fetched: 24 hours.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>The export that was asked for.</summary>
public sealed record ExportReceipt : IReceipt
{
    public required Guid Id { get; init; }
}
