namespace Qibin.Crm.Servers;

/// <summary>Files and directories that only their owner may read.</summary>
public static class PrivateFile
{
    /// <summary>Writes a file with mode 0600 from its first byte on, and puts it in place whole.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken ct = default)
    {
        var written = path + ".tmp";
        File.Delete(written);
        await using (var file = new FileStream(written, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), ct);
            file.Flush(flushToDisk: true);
        }

        File.Move(written, path, overwrite: true);
    }

    /// <summary>
    /// Makes a directory, or takes an existing one over, that only its owner may list. When root makes it, other accounts may pass
    /// through it: PostgreSQL and RabbitMQ have theirs inside it.
    /// </summary>
    public static void MakeDirectory(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | (Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None));
    }
}
