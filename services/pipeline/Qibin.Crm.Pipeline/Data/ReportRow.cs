using System.Security.Cryptography;
using Qibin.Crm.Pipeline.Reports;

namespace Qibin.Crm.Pipeline.Data;

/// <summary>A monthly report that was asked for; its id is that of the job that makes it. It is never changed once it is made.</summary>
internal sealed class ReportRow
{
    public required Guid Id { get; init; }

    /// <summary>The month's first day.</summary>
    public required DateOnly Month { get; init; }

    /// <summary>The business day as of which everything in it is: the month's last, or the day on which it was asked for.</summary>
    public required DateOnly AsOf { get; init; }
    public required DateTimeOffset KnownAt { get; init; }

    /// <summary>Whose rows it is made from, in the words of <see cref="ReportScope"/>.</summary>
    public required string Scope { get; init; }

    public required Guid RequesterId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>None while they are being made.</summary>
    public IReadOnlyList<ReportFile> Files { get; set; } = [];
}

/// <summary>
/// What a report is made from and cannot be found again later, and the files that came of it. Whose a journey is, whether it is
/// confidential and what units and projects are called are known only as they are today, so they are kept as they were.
/// </summary>
internal sealed class ReportMaterialRow
{
    public required Guid ReportId { get; init; }

    /// <summary>The journeys within the scope, without confidential ones.</summary>
    public required Guid[] Leads { get; init; }

    /// <summary>Confidential journeys within the scope, whoever reads them: a report goes from hand to hand.</summary>
    public required int Confidential { get; init; }

    public required ReportNames Names { get; set; }

    /// <summary>The journeys that it tells of one by one.</summary>
    public Guid[] Listed { get; set; } = [];

    public byte[]? Workbook { get; set; }
    public byte[]? Document { get; set; }
}

/// <summary>The names in a report, and the year's targets as they were then.</summary>
internal sealed record ReportNames(
    string Scope, IReadOnlyDictionary<Guid, string> Units, IReadOnlyDictionary<Guid, ReportedProject> Projects,
    IReadOnlyList<ReportedTarget> Targets);

internal sealed record ReportedProject(string Code, string Name);

/// <summary>Projects or CNY; 0 without a target.</summary>
internal sealed record ReportedTarget(Indicator Indicator, decimal Target, decimal Score);

/// <summary>The format of a report's file.</summary>
public enum ReportFormat { Xlsx, Docx }

/// <summary>A file of a report.</summary>
public sealed record ReportFile
{
    public required ReportFormat Format { get; init; }

    /// <summary>Where it is fetched.</summary>
    public required string File { get; init; }

    public required int Octets { get; init; }

    /// <summary>In hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    internal static ReportFile Of(Guid report, ReportFormat format, byte[] content) => new()
    {
        Format = format,
        File = $"/api/v1/pipeline/reports/{report}/file?format={(format == ReportFormat.Xlsx ? "xlsx" : "docx")}",
        Octets = content.Length,
        Sha256 = Hash(content),
    };

    internal static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
