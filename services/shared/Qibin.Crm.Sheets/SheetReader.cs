using System.Text;
using System.Text.Unicode;
using System.Xml;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Sheets;

/// <summary>Format of a table of rows: an Excel workbook, or text with separators.</summary>
public enum SheetFormat { Xlsx, Csv }

/// <summary>How much of a table is read; what is beyond is refused with a word for it.</summary>
/// <param name="Rows">Rows below the headings.</param>
/// <param name="Columns">Columns.</param>
public sealed record SheetLimits(int Rows, int Columns)
{
    /// <summary>UTF-16 units of one cell, as in Excel.</summary>
    public const int CellLength = 32_767;

    /// <summary>
    /// Octets of all parts of a workbook once unpacked: a small file that unpacks to more is no table that somebody filled in.
    /// </summary>
    public const long Unpacked = 128L << 20;

    /// <summary>Entries of a workbook's zip, and distinct texts in it.</summary>
    public const int Entries = 1000;

    public const int SharedTexts = 1_000_000;

    /// <summary>UTF-16 units of all those texts.</summary>
    public const int SharedLength = 48 << 20;
}

/// <summary>Reads a table row by row. Cells are text: trimmed of nothing, null where empty; dates as ISO 8601.</summary>
public abstract class SheetReader : IDisposable
{
    /// <summary>The media type of a workbook.</summary>
    public const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    protected SheetReader(SheetLimits limits) => Limits = limits;

    public abstract SheetFormat Format { get; }

    protected SheetLimits Limits { get; }

    /// <summary>Rows read so far, the headings among them.</summary>
    protected int Count { get; set; }

    /// <summary>A reader of what the file is: a workbook by its zip's signature, text otherwise.</summary>
    /// <exception cref="Refusal">400: it is no table.</exception>
    public static SheetReader Open(MemoryStream file, SheetLimits limits)
    {
        ArgumentNullException.ThrowIfNull(file);
        var content = file.GetBuffer().AsSpan(0, (int)file.Length);
        if (content.IsEmpty)
        {
            throw Refusal.BadRequest("sheet.empty");
        }

        if (content.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            throw Refusal.BadRequest("sheet.oldFormat");
        }

        return content.StartsWith("PK"u8) ? Guarded<SheetReader>(() => new XlsxReader(file, limits))
            : new CsvReader(file, EncodingOf(content), limits);
    }

    /// <summary>The next row that has a value, or null after the last one.</summary>
    /// <exception cref="Refusal">400: the file is damaged or beyond the limits.</exception>
    public string?[]? Read() => Guarded(() =>
    {
        while (Next() is { } row)
        {
            if (Array.Exists(row, cell => !string.IsNullOrWhiteSpace(cell)))
            {
                return ++Count <= Limits.Rows + 1 ? row : throw Refusal.BadRequest("sheet.tooManyRows", Limits.Rows);
            }
        }

        return null;
    });

    protected abstract string?[]? Next();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    protected static Refusal TooLong => Refusal.BadRequest("sheet.cellTooLong", SheetLimits.CellLength);

    protected Refusal TooWide => Refusal.BadRequest("sheet.tooManyColumns", Limits.Columns);

    /// <summary>UTF-8 when it is valid UTF-8, otherwise GB 18030, which Chinese Excel writes.</summary>
    private static Encoding EncodingOf(ReadOnlySpan<byte> content) =>
        content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
            ? new UnicodeEncoding(content[0] == 0xFE, byteOrderMark: true, throwOnInvalidBytes: true)
            : Utf8.IsValid(content) ? new UTF8Encoding(false, throwOnInvalidBytes: true)
            : CodePagesEncodingProvider.Instance.GetEncoding("GB18030", EncoderFallback.ExceptionFallback,
                DecoderFallback.ExceptionFallback)!;

    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException)
        {
            throw Refusal.BadRequest("sheet.encoding");
        }
        catch (Exception e) when (e is XmlException or InvalidDataException or FormatException or OverflowException or ArgumentException
            or NotSupportedException or EndOfStreamException or IOException or KeyNotFoundException)
        {
            throw Refusal.BadRequest("sheet.unreadable");
        }
    }
}

/// <summary>A cell that no spreadsheet takes for a formula.</summary>
public static class SafeCell
{
    /// <summary>
    /// The text, led by an apostrophe when it begins as a formula would, in half-width or full-width form, or with a tab or line
    /// break that a spreadsheet skips (OWASP, CSV injection).
    /// </summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsActive(text) ? "'" + text : text;
    }

    /// <summary>The text without that apostrophe: what was written comes back.</summary>
    public static string Back(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith('\'') && IsActive(text[1..]) ? text[1..] : text;
    }

    private static bool IsActive(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠';
}

/// <summary>Problems with uploaded tables.</summary>
public static class SheetProblems
{
    public static readonly IReadOnlyDictionary<string, ProblemText> Texts = new Dictionary<string, ProblemText>(StringComparer.Ordinal)
    {
        ["sheet.empty"] = new("文件为空", "The file is empty"),
        ["sheet.oldFormat"] = new("不支持 xls 格式或加密的工作簿，请另存为 xlsx 或 csv",
            "Neither xls nor an encrypted workbook is taken; save it as xlsx or csv"),
        ["sheet.unreadable"] = new("文件已损坏，或不是 xlsx、csv", "The file is damaged, or neither xlsx nor csv"),
        ["sheet.encoding"] = new("文字编码须为 UTF-8 或 GB 18030", "The text must be in UTF-8 or GB 18030"),
        ["sheet.tooManyRows"] = new("最多 {0} 行", "At most {0} rows"),
        ["sheet.tooManyColumns"] = new("最多 {0} 列", "At most {0} columns"),
        ["sheet.cellTooLong"] = new("单元格最多 {0} 个字符", "A cell has at most {0} characters"),
        ["sheet.tooLarge"] = new("工作簿解压后过大", "The workbook is too large once unpacked"),
    };
}
