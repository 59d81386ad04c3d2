using System.Security.Cryptography;
using System.Text;

namespace Qibin.Crm.Servers;

/// <summary>
/// A server in a container, for machines that have a Docker engine and nothing else. The engine, not this process, is the parent of
/// the server: when this process is killed the container goes on until the next start on the same directory removes it.
/// </summary>
internal sealed class Container(string image, string directory)
{
    private readonly string _name = "qibin-crm-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..12];

    internal static async Task<bool> EngineAnswersAsync(CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            return (await Commands.TryAsync("docker", ["info"], patience.Token)).Code == 0;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>
    /// Runs the container with its data in the directory; the process that answers is Docker's client, which passes signals on.
    /// </summary>
    internal async Task<ChildProcess> StartAsync(
        string inside, int port, int portInside, IEnumerable<string> options, IEnumerable<string> arguments, string? log,
        CancellationToken ct)
    {
        await RemoveAsync(ct);
        if ((await Commands.TryAsync("docker", ["image", "inspect", image], ct)).Code != 0)
        {
            await Commands.RunAsync("docker", ["pull", "-q", image], ct);
        }

        var user = Environment.IsPrivilegedProcess ? []
            : (string[])["--user", (await Commands.RunAsync("id", ["-u"], ct)).Trim() + ":"
                + (await Commands.RunAsync("id", ["-g"], ct)).Trim()];
        return await ChildProcess.StartAsync("docker",
            ["run", "--rm", "--name", _name, "-p", $"127.0.0.1:{port}:{portInside}", "-v", $"{directory}:{inside}", .. user, .. options,
                image, .. arguments], log: log);
    }

    internal Task<string> ExecuteAsync(IEnumerable<string> command, CancellationToken ct) =>
        Commands.RunAsync("docker", ["exec", _name, .. command], ct);

    internal Task KillAsync(CancellationToken ct) => Commands.TryAsync("docker", ["kill", _name], ct);

    internal Task RemoveAsync(CancellationToken ct) => Commands.TryAsync("docker", ["rm", "-f", _name], ct);
}
