using System.Text;

namespace Qibin.Crm.Servers;

/// <summary>What a process printed: the end of it in memory, and all of it in a file of bounded size, for its owner only.</summary>
internal sealed class LogFile(string? path) : IDisposable
{
    /// <summary>A file that reaches this size becomes <c>….1</c>, in place of the one before.</summary>
    private const long Limit = 8 << 20;

    /// <summary>Octets of the end that are kept.</summary>
    private const int Kept = 8 << 10;

    private readonly Lock _lock = new();
    private readonly MemoryStream _end = new();
    private FileStream? _file;
    private long _length;

    /// <summary>Takes whole lines, as many as there are: a write for each of them would cost more than the line itself.</summary>
    internal void Write(ReadOnlySpan<byte> lines)
    {
        lock (_lock)
        {
            _end.Write(lines);
            if (_end.Length > 2 * Kept)
            {
                var kept = _end.GetBuffer().AsSpan((int)_end.Length - Kept, Kept).ToArray();
                _end.SetLength(0);
                _end.Write(kept);
            }

            if (path is null)
            {
                return;
            }

            if (_file is null)
            {
                _file = PrivateFile.Append(path);
                _length = _file.Length;
            }

            _file.Write(lines);
            _length += lines.Length;
            if (_length > Limit)
            {
                _file.Dispose();
                File.Move(path, path + ".1", overwrite: true);
                _file = null;
            }
        }
    }

    /// <summary>The last 30 lines.</summary>
    internal string Last()
    {
        lock (_lock)
        {
            var lines = Encoding.UTF8.GetString(_end.GetBuffer(), 0, (int)_end.Length).TrimEnd('\n').Split('\n');
            return string.Join(Environment.NewLine, lines.TakeLast(30));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }
}
