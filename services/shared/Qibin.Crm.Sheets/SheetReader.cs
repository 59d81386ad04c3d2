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

/// <summary>The headings of a table, and where they were found.</summary>
/// <param name="Cells">One for each column; null where a column has none.</param>
/// <param name="Sheet">The sheet's place among the visible ones, from 0.</param>
/// <param name="Row">The row of the file, from 1 as a spreadsheet counts.</param>
/// <param name="Above">The rows above that have a value, such as a title or "unit: 10,000 yuan".</param>
/// <param name="OtherSheets">Names of further visible sheets whose headings are known as well, this one's first.</param>
public sealed record SheetHeadings(
    string?[] Cells, int Sheet, int Row, IReadOnlyList<string?[]> Above, IReadOnlyList<string> OtherSheets);

/// <summary>
/// Reads a table row by row. Cells are text as people see it: trimmed of nothing, null where empty; dates as ISO 8601; numbers with 15
/// significant digits, as Excel shows them, with the unit, currency or percent sign that their format adds.
/// </summary>
public abstract class SheetReader : IDisposable
{
    /// <summary>How far down headings are looked for: rows that have a value.</summary>
    public const int HeadingRows = 20;

    /// <summary>How many known headings make a row one of headings and not a title.</summary>
    private const int EnoughKnown = 2;

    /// <summary>The media type of a workbook.</summary>
    public const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    protected SheetReader(SheetLimits limits) => Limits = limits;

    public abstract SheetFormat Format { get; }

    protected SheetLimits Limits { get; }

    /// <summary>The row of the file that was read last, from 1 as a spreadsheet counts; empty rows count.</summary>
    public int Row { get; protected set; }

    /// <summary>Names of the visible sheets; one without a name for text.</summary>
    public abstract IReadOnlyList<string> Sheets { get; }

    /// <summary>Rows read so far, the headings among them.</summary>
    private int Count { get; set; }

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

        var encoding = EncodingOf(content);
        return Guarded<SheetReader>(() => file.GetBuffer() is [(byte)'P', (byte)'K', ..] ? new XlsxReader(file, limits)
            : new CsvReader(file, encoding, limits));
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

    /// <summary>
    /// Goes to the headings: the row with most known ones among the first of the first visible sheet that has enough of them; when
    /// none has, the first row of the first sheet. <see cref="Read"/> goes on below them.
    /// </summary>
    /// <param name="known">How many cells of a row are known headings.</param>
    /// <param name="sheet">Name of the only sheet to look at.</param>
    /// <exception cref="Refusal">400: there is no row, or no sheet of that name, or the file is damaged or beyond the limits.</exception>
    public SheetHeadings FindHeadings(Func<string?[], int> known, string? sheet = null)
    {
        ArgumentNullException.ThrowIfNull(known);
        var candidates = Enumerable.Range(0, Sheets.Count).Where(i => sheet is null || Sheets[i] == sheet).ToList();
        if (candidates.Count == 0)
        {
            throw Refusal.BadRequest("sheet.unknown", string.Join('、', Sheets));
        }

        SheetHeadings? found = null;
        var others = new List<string>();
        foreach (var candidate in candidates)
        {
            var rows = FirstRows(candidate);
            var best = rows.Select(r => known(r.Cells)).DefaultIfEmpty().Max();
            if (best >= EnoughKnown)
            {
                others.Add(Sheets[candidate]);
            }

            if (rows.Count > 0 && (found is null || (others.Count == 1 && best >= EnoughKnown)))
            {
                var at = best >= EnoughKnown ? rows.FindIndex(r => known(r.Cells) == best) : 0;
                found = new SheetHeadings(rows[at].Cells, candidate, rows[at].Row, [.. rows.Take(at).Select(r => r.Cells)], others);
            }
        }

        GoTo((found ?? throw Refusal.BadRequest("sheet.empty")).Sheet, found.Row);
        return found;
    }

    /// <summary>Goes to a sheet by its place among the visible ones; <see cref="Read"/> goes on below the row.</summary>
    public void GoTo(int sheet, int row)
    {
        Guarded(() =>
        {
            OpenSheet(sheet);
            return 0;
        });
        while (Row < row && Read() is not null)
        {
        }

        Count = 1;
    }

    private List<(int Row, string?[] Cells)> FirstRows(int sheet)
    {
        GoTo(sheet, 0);
        var rows = new List<(int Row, string?[] Cells)>();
        while (rows.Count < HeadingRows && Read() is { } cells)
        {
            rows.Add((Row, cells));
        }

        return rows;
    }

    /// <summary>Goes to the begin of a sheet.</summary>
    protected abstract void OpenSheet(int sheet);

    /// <summary>The next row, empty ones among them; sets <see cref="Row"/>.</summary>
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
        ["sheet.html"] = new("文件是网页或 XML 表格，只是名为 xls；请用 Excel 打开后另存为 xlsx",
            "The file is a web page or XML under another name; open it in Excel and save it as xlsx"),
        ["sheet.separator"] = new("列与列之间用了全角的“{0}”；请用半角逗号、制表符或分号分隔，或另存为 xlsx",
            "The columns are separated by the full-width {0}; separate them by comma, tab or semicolon, or save the file as xlsx"),
        ["sheet.several"] = new("有多个工作表可以导入：{0}；请指定其中一个",
            "Several sheets can be read: {0}; name one of them as sheet"),
        ["sheet.unknown"] = new("没有这个工作表；可见的工作表有：{0}", "There is no such sheet; the visible ones are: {0}"),
        ["sheet.unreadable"] = new("文件已损坏，或不是 xlsx、csv", "The file is damaged, or neither xlsx nor csv"),
        ["sheet.encoding"] = new("文字编码须为 UTF-8、带 BOM 的 UTF-16 或 GB 18030",
            "The text must be in UTF-8, UTF-16 with a byte order mark, or GB 18030"),
        ["sheet.tooManyRows"] = new("最多 {0} 行", "At most {0} rows"),
        ["sheet.tooManyColumns"] = new("最多 {0} 列", "At most {0} columns"),
        ["sheet.cellTooLong"] = new("单元格最多 {0} 个字符", "A cell has at most {0} characters"),
        ["sheet.tooLarge"] = new("工作簿解压后过大", "The workbook is too large once unpacked"),
    };
}
