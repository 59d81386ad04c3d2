using System.Text;

namespace Qibin.Crm.Sheets;

/// <summary>Text with separators (RFC 4180): comma, tab or semicolon, whichever the first line has most of.</summary>
internal sealed class CsvReader : SheetReader
{
    private readonly StreamReader _text;
    private readonly char _separator;

    public CsvReader(MemoryStream file, Encoding encoding, SheetLimits limits) : base(limits)
    {
        file.Position = 0;
        _text = new StreamReader(file, encoding, detectEncodingFromByteOrderMarks: true, 64 * 1024, leaveOpen: true);
        _separator = SeparatorOf(file);
    }

    public override SheetFormat Format => SheetFormat.Csv;

    protected override string?[]? Next()
    {
        if (_text.Peek() < 0)
        {
            return null;
        }

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
