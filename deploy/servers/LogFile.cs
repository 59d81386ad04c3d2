namespace Qibin.Crm.Servers;

/// <summary>What a process printed: its last lines in memory, and all of it in a file of bounded size.</summary>
internal sealed class LogFile(string? path) : IDisposable
{
    /// <summary>A file that reaches this size becomes <c>….1</c>, in place of the one before.</summary>
    private const long Limit = 8 << 20;

    private readonly Queue<string> _last = new();
    private readonly Lock _lock = new();
    private StreamWriter? _file;

    internal void Write(string line)
    {
        lock (_lock)
        {
            _last.Enqueue(line);
            if (_last.Count > 30)
            {
                _last.Dequeue();
            }

            if (path is null)
            {
                return;
            }

            if (_file is null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                _file = new StreamWriter(
                    new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                { AutoFlush = true };
            }

            _file.WriteLine(line);
            if (_file.BaseStream.Length > Limit)
            {
                _file.Dispose();
                File.Move(path, path + ".1", overwrite: true);
                _file = null;
            }
        }
    }

    internal string Last()
    {
        lock (_lock)
        {
            return string.Join(Environment.NewLine, _last);
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
