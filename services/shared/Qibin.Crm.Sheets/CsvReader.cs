using System.Text;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Sheets;

/// <summary>Text with separators (RFC 4180): comma, tab or semicolon, whichever the first line has most of.</summary>
internal sealed class CsvReader : SheetReader
{
    /// <summary>How files begin that are called csv or xls and are something else.</summary>
    private static readonly string[] Markup = ["<html", "<!doctype", "<table", "<meta", "<head", "<body", "<?xml", "<!--", "mime-version:"];

    private static readonly string[] OtherFiles = ["%PDF-", "{\\rtf"];

    private readonly MemoryStream _file;
    private readonly Encoding _encoding;
    private readonly char _separator;

    /// <summary>The first line is <c>sep=,</c>, an instruction to Excel, which does not show it.</summary>
    private readonly bool _instructed;

    private StreamReader _text;

    public CsvReader(MemoryStream file, Encoding encoding, SheetLimits limits) : base(limits)
    {
        (_file, _encoding) = (file, encoding);
        _text = Begin();
        var start = new char[64];
        var begin = new string(start, 0, _text.ReadBlock(start, 0, start.Length)).TrimStart('\uFEFF', ' ', '\r', '\n', '\t', '"');
        if (Array.Exists(Markup, m => begin.StartsWith(m, StringComparison.OrdinalIgnoreCase)))
        {
            throw Refusal.BadRequest("sheet.html");
        }

        if (begin.Contains('\0', StringComparison.Ordinal) || Array.Exists(OtherFiles, m => begin.StartsWith(m, StringComparison.Ordinal)))
        {
            throw Refusal.BadRequest("sheet.unreadable");
        }

        _instructed = begin.Length >= 5 && begin.StartsWith("sep=", StringComparison.OrdinalIgnoreCase)
            && (begin.Length == 5 || begin[5] is '"' or '\r' or '\n');
        _separator = _instructed ? begin[4] : SeparatorOf(file);
        OpenSheet(0);
    }

    public override SheetFormat Format => SheetFormat.Csv;

    public override IReadOnlyList<string> Sheets { get; } = [""];

    protected override void OpenSheet(int sheet)
    {
        _text.Dispose();
        (_text, Row) = (Begin(), 0);
        if (_instructed)
        {
            _text.ReadLine();
        }
    }

    private StreamReader Begin()
    {
        _file.Position = 0;
        return new StreamReader(_file, _encoding, detectEncodingFromByteOrderMarks: true, 64 * 1024, leaveOpen: true);
    }

    protected override string?[]? Next()
    {
        if (_text.Peek() < 0)
        {
            return null;
        }

        Row++;
        var (row, cell, quoted) = (new List<string?>(), new StringBuilder(), false);
        while (true)
        {
            var c = _text.Read();
            if (quoted)
            {
                if (c < 0)
                {
                    throw new InvalidDataException("A quote is never closed.");
                }

                if (c == '"' && _text.Peek() == '"')
                {
                    _text.Read();
                }
                else if (c == '"')
                {
                    quoted = false;
                    continue;
                }
            }
            else if (c == '"' && cell.Length == 0)
            {
                quoted = true;
                continue;
            }
            else if (c < 0 || c == '\n' || c == '\r' || c == _separator)
            {
                if (c == '\r' && _text.Peek() == '\n')
                {
                    _text.Read();
                }

                row.Add(cell.Length == 0 ? null : cell.ToString());
                cell.Clear();
                if (c != _separator)
                {
                    if (Row == 1 && row is [{ } only] && "，；".FirstOrDefault(w => only.Count(c => c == w) > 1) is not '\0' and var wide)
                    {
                        throw Refusal.BadRequest("sheet.separator", wide);
                    }

                    return [.. row];
                }

                if (row.Count >= Limits.Columns)
                {
                    throw TooWide;
                }

                continue;
            }

            cell.Append((char)c);
            if (cell.Length > SheetLimits.CellLength)
            {
                throw TooLong;
            }
        }
    }

    protected override void Dispose(bool disposing) => _text.Dispose();

    private static char SeparatorOf(MemoryStream file)
    {
        // Each separator is one octet in every encoding but UTF-16, where it is found all the same.
        var head = file.GetBuffer().AsSpan(0, (int)Math.Min(file.Length, 4096));
        var line = head.IndexOf((byte)'\n') is >= 0 and var end ? head[..end] : head;
        var text = Encoding.Latin1.GetString(line);
        return ",\t;".MaxBy(separator => text.Count(c => c == separator));
    }
}
