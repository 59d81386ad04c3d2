namespace Qibin.Crm.Local;

/// <summary>How the local system is run.</summary>
public sealed record LocalOptions
{
    /// <summary>Data directory: everything that the system keeps, its logs and its secrets. One system at a time runs on it.</summary>
    public required string Data { get; init; }

    /// <summary>Loopback port of the gateway; null takes 8080 or the next free one.</summary>
    public int? Port { get; init; }

    /// <summary>
    /// Services that are migrated but not started: somebody starts them from a debugger, with <c>NAME.env</c> of the data directory.
    /// </summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>
    /// Services that run as two instances behind the gateway; the second one is a part of its own, such as <c>leads-2</c>.
    /// </summary>
    public IReadOnlyList<string> Doubled { get; init; } = [];

    /// <summary>Forgets what an earlier system kept in the data directory.</summary>
    public bool Fresh { get; init; }

    /// <summary>Told what is being done, step by step.</summary>
    public Action<string>? Say { get; init; }

    /// <summary>Whether a commit waits for the disk. Tests that kill nothing may leave it out.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Settings given to every service and the gateway in addition, such as <c>Messaging:…</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
