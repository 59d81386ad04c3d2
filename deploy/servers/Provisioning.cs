using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Qibin.Crm.Servers;

/// <summary>
/// Finds the programs of PostgreSQL and RabbitMQ: on this machine; else installed from the distribution's packages, when we may; else
/// in a Docker engine, when one answers.
/// </summary>
public static class Provisioning
{
    private const string Install = "apt-get install -y --no-install-recommends";
    private const string Servers = "postgresql rabbitmq-server";

    /// <summary>PostgreSQL 14 brought the check that frees a dead client's locks.</summary>
    private const int OldestPostgres = 14;

    private static readonly SemaphoreSlim One = new(1, 1);

    /// <summary>
    /// Directory of PostgreSQL's programs; null when there is a Docker engine instead. Installs what is missing, which takes about a
    /// minute; of several processes that find nothing, one installs and the others wait for it.
    /// </summary>
    /// <param name="say">Told what is being done, when it takes long.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is no way; the message is one sentence with the command to run.</exception>
    public static Task<string?> PostgresAsync(Action<string>? say = null, CancellationToken ct = default) =>
        FindAsync("PostgreSQL", Servers, PostgresServer.Variable, FindPostgres, say, ct);

    /// <summary>Directory of RabbitMQ's programs; else like PostgreSQL's.</summary>
    /// <inheritdoc cref="PostgresAsync" />
    public static Task<string?> RabbitAsync(Action<string>? say = null, CancellationToken ct = default) =>
        FindAsync("RabbitMQ", Servers, RabbitServer.Variable, FindRabbit, say, ct);

    /// <summary>Python, with the SMTP server aiosmtpd, which only tests need; it has no other server and no Docker image.</summary>
    /// <inheritdoc cref="PostgresAsync" />
    public static async Task<string> MailAsync(Action<string>? say = null, CancellationToken ct = default) =>
        (await FindAsync("aiosmtpd", "python3-aiosmtpd", null, FindMail, say, ct))!;

    private static async Task<string?> FindAsync(
        string name, string packages, string? variable, Func<string?> find, Action<string>? say, CancellationToken ct)
    {
        if (find() is { } there)
        {
            return there;
        }

        await One.WaitAsync(ct);
        try
        {
            await using var others = await LockFile.WaitAsync(
                Path.Combine(Path.GetTempPath(), $"qibin-crm-install-{Environment.UserName}.lock"), ct);
            if (find() is { } installedMeanwhile)
            {
                return installedMeanwhile;
            }

            var refusal = await InstallAsync(packages, say, ct);
            if (refusal is null && find() is { } installed)
            {
                return installed;
            }

            if (variable is not null && await Container.EngineAnswersAsync(ct))
            {
                say?.Invoke($"{name}: Docker");
                return null;
            }

            throw new InvalidOperationException(
                $"{name} is not on this machine{refusal}: run `{(Environment.IsPrivilegedProcess ? "" : "sudo ")}{Install} {packages}`"
                    + (variable is null ? "." : $", or name a server in the environment variable {variable}."));
        }
        finally
        {
            One.Release();
        }
    }

    private static string? FindPostgres() =>
        Below("/usr/lib/postgresql").Concat(Below("/usr/local/lib/postgresql"))
            .Select(d => (Version: Version(Path.GetFileName(d)), Programs: Path.Combine(d, "bin")))
            .Where(d => d.Version >= OldestPostgres && File.Exists(Path.Combine(d.Programs, "initdb"))
                && File.Exists(Path.Combine(d.Programs, "postgres")))
            .OrderByDescending(d => d.Version).Select(d => d.Programs).FirstOrDefault();

    private static int Version(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    // Not the program of the same name in /usr/sbin: that one runs the machine's own node.
    private static string? FindRabbit() =>
        ((string[])["/usr/lib/rabbitmq/bin", "/usr/local/sbin", "/opt/rabbitmq/sbin"])
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "rabbitmq-server")) && File.Exists(Path.Combine(d, "rabbitmq-env")));

    private static string? FindMail() => Below("/usr/lib/python3").Any(d => Directory.Exists(Path.Combine(d, "aiosmtpd")))
        && File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : null;

    private static string[] Below(string directory) => Directory.Exists(directory) ? Directory.GetDirectories(directory) : [];

    /// <summary>Null when it went well, else why not, as a clause.</summary>
    private static async Task<string?> InstallAsync(string packages, Action<string>? say, CancellationToken ct)
    {
        if (!File.Exists("/usr/bin/apt-get"))
        {
            return " and there is no apt-get to install it";
        }

        if (!Environment.IsPrivilegedProcess && (await Commands.TryAsync("sudo", ["-n", "true"], ct)).Code != 0)
        {
            return " and installing it needs root";
        }

        say?.Invoke($"{Install} {packages}");
        string[] shell = ["sh", "-c", Script, "sh", .. packages.Split(' ')];
        // Whoever gives up waiting does not leave the package manager half-way.
        var (code, output) = await (Environment.IsPrivilegedProcess
            ? Commands.TryAsync(shell[0], shell[1..], CancellationToken.None)
            : Commands.TryAsync("sudo", ["-n", .. shell], CancellationToken.None)).WaitAsync(ct);
        return code == 0 ? null
            : $" and installing it failed "
                + $"({output.Split('\n').LastOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal)) ?? output})";
    }

    /// <summary>
    /// A package that finds a policy of 101 does not start its server. The policy that was there before is put back at the end, also
    /// when an earlier run was killed in between.
    /// </summary>
    [StringSyntax("sh")]
    private const string Script =
        """
        export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
        policy=/usr/sbin/policy-rc.d
        if [ -e $policy ] && ! grep -q qibin-crm $policy; then mv $policy $policy.before-qibin-crm; fi
        back() { rm -f $policy; [ ! -e $policy.before-qibin-crm ] || mv $policy.before-qibin-crm $policy; }
        trap back EXIT; trap 'exit 1' INT TERM HUP
        printf '#!/bin/sh\n# qibin-crm: for the time of an installation\nexit 101\n' >$policy; chmod 755 $policy
        dpkg --configure -a
        install() {
          apt-get install -yq --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
            -o Dpkg::Options::=--force-unsafe-io "$@"
        }
        install "$@" || { apt-get update -q && install "$@"; }
        """;
}
