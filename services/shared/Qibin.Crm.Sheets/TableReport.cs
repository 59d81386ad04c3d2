namespace Qibin.Crm.Sheets;

/// <summary>A report before it becomes a <see cref="Workbook"/> or a <see cref="Document"/>.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Notes">What it is made from, a paragraph each, above the tables.</param>
/// <param name="Tables">In their order.</param>
public sealed record TableReport(string Title, IReadOnlyList<string> Notes, IReadOnlyList<ReportTable> Tables)
{
    /// <summary>The unit that issues it 发文机关, above and below a document; none for a report within a unit.</summary>
    public string? Issuer { get; init; }

    /// <summary>Its number 发文字号, such as 淇招商报〔2026〕3号.</summary>
    public string? Number { get; init; }

    /// <summary>The day that a document bears.</summary>
    public DateOnly? IssuedOn { get; init; }

    /// <summary>What it comes to, in sentences; the first paragraphs of a document.</summary>
    public IReadOnlyList<string> Summary { get; init; } = [];
}

/// <summary>A table of a report.</summary>
/// <param name="Sheet">Name of its sheet in a workbook, at most 31 characters.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Headings">One for each column.</param>
/// <param name="Rows">They hold text, whole numbers, decimals, days and null.</param>
public sealed record ReportTable(
    string Sheet, string Title, IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<object?>> Rows);
