namespace Qibin.Crm.Servers;

/// <summary>The account a server runs under, and its right to reach its directory.</summary>
/// <param name="Name">Name of the account; null runs it as whoever we are.</param>
/// <param name="Reach">Whether it must be lent the right to pass directories that are closed to it.</param>
internal sealed record Account(string? Name, bool Reach)
{
    /// <summary>
    /// Root runs a server under the first of these accounts that exists, for PostgreSQL refuses to run as root; an ordinary user
    /// runs it as himself.
    /// </summary>
    internal static Account For(string directory, params string[] names)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new Account(null, false);
        }

        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        var name = names.FirstOrDefault(known.Contains);
        // A repository below /root, say: closed to other accounts, and not ours to open.
        var closed = false;
        for (var parent = Directory.GetParent(directory); parent is not null; parent = parent.Parent)
        {
            closed |= !parent.UnixFileMode.HasFlag(UnixFileMode.OtherExecute);
        }

        return new Account(name, name is not null && closed);
    }

    /// <summary>Stays root where the directory is closed to the other account.</summary>
    internal Account OrRoot() => Reach ? new Account("root", false) : this;

    /// <summary>The options of <c>setpriv</c> that put a program under this account.</summary>
    internal IEnumerable<string> Options =>
        Name is null ? [] :
        Reach ? [$"--reuid={Name}", $"--regid={Name}", "--clear-groups", "--inh-caps=-all,+dac_override", "--ambient-caps=+dac_override"] :
        [$"--reuid={Name}", $"--regid={Name}", "--clear-groups"];

    /// <summary>Gives everything in a directory to this account.</summary>
    internal async Task OwnAsync(string directory, CancellationToken ct)
    {
        if (Name is not null)
        {
            await Commands.RunAsync("chown", ["-R", Name, directory], ct);
        }
    }
}
