using System.Text.Json;

namespace Qibin.Crm.Benchmarks.Faults;

/// <summary>What a client was told, in the order it was told.</summary>
/// <param name="Kind">Which write: firstContact, contact, conversion, stage.</param>
/// <param name="Key">Its Idempotency-Key, also part of its text, so that it is found again in the database.</param>
/// <param name="Id">The resource that the answer named.</param>
/// <param name="Parent">The resource it was done to.</param>
/// <param name="Value">What was claimed, such as the stage.</param>
internal sealed record Told(string Kind, string Key, Guid Id, Guid? Parent = null, string? Value = null);

/// <summary>
/// A journal that is on the disk before the client goes on: what stands in it was acknowledged, whatever died afterwards.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _turn = new();

    public Journal(string path)
    {
        Path = path;
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1);
    }

    public string Path { get; }

    public void Write(Told told)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(told);
        lock (_turn)
        {
            _file.Write(line);
            _file.WriteByte((byte)'\n');
            _file.Flush(flushToDisk: true);
        }
    }

    public static IReadOnlyList<Told> Read(string path) =>
        [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Told>(line)!)];

    public void Dispose() => _file.Dispose();
}
