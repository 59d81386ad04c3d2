namespace Qibin.Crm.Servers;

/// <summary>A file that one process at a time holds; the kernel lets it go when that process ends, in whatever way.</summary>
public sealed class LockFile : IAsyncDisposable
{
    private readonly FileStream _file;

    private LockFile(FileStream file) => _file = file;

    /// <summary>Takes the lock, or answers null when another process holds it.</summary>
    public static LockFile? Take(string path)
    {
        try
        {
            return new LockFile(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>Takes the lock as soon as it is free.</summary>
    public static async Task<LockFile> WaitAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            if (Take(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(200, ct);
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
