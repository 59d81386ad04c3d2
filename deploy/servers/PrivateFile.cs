namespace Qibin.Crm.Servers;

/// <summary>Files and directories that only their owner may read.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnDirectory = OwnFile | UnixFileMode.UserExecute;

    /// <summary>Writes a file with mode 0600 from its first byte on, and puts it in place whole.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken ct = default)
    {
        var written = path + ".tmp";
        File.Delete(written);
        await using (var file = new FileStream(written, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnFile,
        }))
        {
            await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), ct);
            file.Flush(flushToDisk: true);
        }

        File.Move(written, path, overwrite: true);
    }

    /// <summary>Opens a file to write at its end; makes it, and its directory, for the owner only.</summary>
    public static FileStream Append(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnDirectory);
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = OwnFile,
        });
        File.SetUnixFileMode(file.SafeFileHandle, OwnFile);
        return file;
    }

    /// <summary>Makes a directory, or takes an existing one over, for its owner only.</summary>
    public static void MakeOwnDirectory(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, OwnDirectory);
    }

    /// <summary>
    /// Makes a directory, or takes an existing one over, that only its owner may list. When root makes it, other accounts may pass
    /// through it: PostgreSQL and RabbitMQ have theirs inside it.
    /// </summary>
    public static void MakeDirectory(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, OwnDirectory
            | (Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None));
    }
}
