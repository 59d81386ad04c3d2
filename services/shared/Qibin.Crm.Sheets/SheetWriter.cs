using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Qibin.Crm.Sheets;

/// <summary>How a sheet looks: what is known before its rows are.</summary>
/// <param name="Name">Name of the sheet, at most 31 characters.</param>
/// <param name="Widths">Width of each column, in half-width characters.</param>
/// <param name="Rows">Rows below the headings.</param>
public sealed record SheetLayout(string Name, IReadOnlyList<double> Widths, long Rows);

/// <summary>
/// Writes a table. Rows become octets by themselves, so that they can be kept in pieces and put together when somebody fetches the
/// table: neither needs more memory than one piece. Text is formula-safe; numbers stay numbers.
/// </summary>
public static partial class SheetWriter
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n\t;'");

    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    /// <summary>The media type of a format.</summary>
    public static string TypeOf(SheetFormat format) => format == SheetFormat.Xlsx ? SheetReader.Xlsx : "text/csv; charset=utf-8";

    /// <summary>
    /// Rows of values: strings, decimals and whole numbers, dates, instants (in the district's time), null. In a workbook each is of its
    /// own kind: amounts are grouped and have two decimals, a day is a day.
    /// </summary>
    /// <param name="format">Workbook or text.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="style">How their texts look.</param>
    /// <param name="widths">Width of each column, by which a row is as high as its longest text; null makes each one line high.</param>
    public static byte[] Rows(
        SheetFormat format, IEnumerable<IReadOnlyList<object?>> rows, SheetStyle style = SheetStyle.Text,
        IReadOnlyList<double>? widths = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append(format == SheetFormat.Xlsx ? $"<row{Height(row, widths)}>" : "");
            for (var i = 0; i < row.Count; i++)
            {
                if (format == SheetFormat.Xlsx)
                {
                    Cell(text, row[i], style);
                }
                else
                {
                    text.Append(i == 0 ? "" : ",").Append(Quoted(Written(row[i])));
                }
            }

            text.Append(format == SheetFormat.Xlsx ? "</row>" : "\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>
    /// Puts the pieces together: a workbook of one sheet, or text with a byte order mark, by which Excel knows it for UTF-8.
    /// </summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="format">Workbook or text.</param>
    /// <param name="layout">How the sheet looks: frozen headings with a filter, on A4 landscape as wide as the page.</param>
    /// <param name="pieces">The headings, then the rows.</param>
    /// <param name="ct">Stops it.</param>
    public static async Task WriteAsync(
        Stream output, SheetFormat format, SheetLayout layout, IAsyncEnumerable<byte[]> pieces, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(pieces);
        if (format == SheetFormat.Csv)
        {
            await WriteTextAsync(output, pieces, ct);
            return;
        }

        // The archive writes at once what it should not make a server wait for; it goes to the output piece by piece.
        using var waiting = new Waiting();
        using (var zip = new ZipArchive(waiting, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in Workbook.Parts([layout.Name], headingRow: 1))
            {
                using var part = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                part.Write(content);
            }

            using var sheet = zip.CreateEntry(Workbook.Sheet(1), CompressionLevel.Fastest).Open();
            sheet.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"u8);
            sheet.Write(Encoding.UTF8.GetBytes(Workbook.Begin(layout.Widths, headingRow: 1) + "<sheetData>"));
            await foreach (var piece in pieces.WithCancellation(ct))
            {
                sheet.Write(piece);
                await waiting.SendAsync(output, ct);
            }

            sheet.Write(Encoding.UTF8.GetBytes("</sheetData>" + Workbook.End(layout.Widths, 1, 1 + layout.Rows)));
        }

        await waiting.SendAsync(output, ct);
    }

    /// <summary>Puts the pieces of a text table together, which has no look.</summary>
    public static async Task WriteTextAsync(Stream output, IAsyncEnumerable<byte[]> pieces, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(pieces);
        await output.WriteAsync(Mark, ct);
        await foreach (var piece in pieces.WithCancellation(ct))
        {
            await output.WriteAsync(piece, ct);
        }
    }

    /// <summary>A small table at once, its headings first.</summary>
    public static async Task<byte[]> TableAsync(SheetFormat format, IEnumerable<IReadOnlyList<object?>> rows, CancellationToken ct)
    {
        var all = rows.ToList();
        using var output = new MemoryStream();
        var layout = new SheetLayout("Sheet1", [.. all[0].Select(WidthOf)], all.Count - 1);
        byte[][] pieces = [Rows(format, all.Take(1), SheetStyle.Heading), Rows(format, all.Skip(1), widths: layout.Widths)];
        await WriteAsync(output, format, layout, pieces.ToAsyncEnumerable(), ct);
        return output.ToArray();
    }

    /// <summary>A width at which a heading is on one line, and no less than a day needs.</summary>
    public static double WidthOf(object? heading) => Math.Max(12, 4 + Length($"{heading}"));

    /// <summary>In half-width characters.</summary>
    private static int Length(string text) => text.Sum(c => c < 256 ? 1 : 2);

    /// <summary>A row without a height is one line high in LibreOffice, and its texts run over those below.</summary>
    private static string Height(IReadOnlyList<object?> row, IReadOnlyList<double>? widths)
    {
        var lines = widths is null ? 1 : row.Zip(widths, (value, width) => value is string text
            // A column shows one or two characters less than its width.
            ? text.Split('\n').Sum(line => Math.Max(1, (int)Math.Ceiling(Length(line) / (width - 2)))) : 1).DefaultIfEmpty(1).Max();
        // Excel's highest row has 409 points.
        return lines == 1 ? "" : $" ht=\"{Math.Min(409, 3 + (15 * lines))}\" customHeight=\"1\"";
    }

    private static void Cell(StringBuilder text, object? value, SheetStyle style)
    {
        // Excel keeps 15 digits of a number.
        var (number, kind) = value switch
        {
            decimal when Written(value) is { Length: <= 15 } amount => (amount, SheetStyle.Amount),
            int or long when Written(value) is { Length: <= 15 } count => (count, SheetStyle.Count),
            DateOnly day when day.Year > 1900 => (Serial(day.ToDateTime(TimeOnly.MinValue)), SheetStyle.Day),
            DateTimeOffset at when at.Year > 1900 => (Serial(at.ToOffset(TimeSpan.FromHours(8)).DateTime), SheetStyle.Instant),
            _ => (null, style),
        };
        var cell = $"<c s=\"{(int)(style == SheetStyle.Plain ? style : kind)}\"";
        switch (value)
        {
            case null or "":
                text.Append(cell).Append("/>");
                break;
            case not null when number is not null:
                text.Append(cell).Append("><v>").Append(number).Append("</v></c>");
                break;
            default:
                text.Append(cell).Append(" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
                foreach (var c in Escaped().Replace(Written(value), "_x005F_$1"))
                {
                    _ = c switch
                    {
                        '<' => text.Append("&lt;"),
                        '>' => text.Append("&gt;"),
                        '&' => text.Append("&amp;"),
                        '\r' => text.Append("&#13;"),
                        < ' ' and not ('\t' or '\n') or '\uFFFE' or '\uFFFF' => text.Append('?'),
                        _ => text.Append(c),
                    };
                }

                text.Append("</t></is></c>");
                break;
        }
    }

    private static string Serial(DateTime at) => at.ToOADate().ToString("0.##########", CultureInfo.InvariantCulture);

    private static string Written(object? value) => value switch
    {
        null => "",
        string text => SafeCell.Of(text),
        DateOnly on => on.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        decimal number => number.ToString("0.##########", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(Special) || text is [' ', ..] or [.., ' '] ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;

    [GeneratedRegex("_(x[0-9A-Fa-f]{4}_)", RegexOptions.NonBacktracking)]
    private static partial Regex Escaped();

    /// <summary>Takes what is written until it is sent on. It cannot seek, so the archive never asks for what is gone.</summary>
    private sealed class Waiting : Stream
    {
        private readonly MemoryStream _kept = new();

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public async Task SendAsync(Stream output, CancellationToken ct)
        {
            await output.WriteAsync(_kept.GetBuffer().AsMemory(0, (int)_kept.Length), ct);
            _kept.SetLength(0);
        }

        public override void Write(byte[] buffer, int offset, int count) => _kept.Write(buffer, offset, count);
        public override void Write(ReadOnlySpan<byte> buffer) => _kept.Write(buffer);
        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _kept.Dispose();
            base.Dispose(disposing);
        }
    }
}
