using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Qibin.Crm.Servers;

/// <summary>
/// An SMTP server of one's own, aiosmtpd from Debian's packages, on a loopback port. It keeps what it accepts in a folder and delivers it
/// nowhere.
/// </summary>
public sealed class PrivateMail : IAsyncDisposable
{
    private readonly string _directory;
    private readonly string _python;
    private ChildProcess? _process;

    private PrivateMail(string directory, string python) => (_directory, _python) = (directory, python);

    public int Port { get; } = Ports.Free();

    /// <summary>Paths of the files, one for each e-mail accepted so far (RFC 5322).</summary>
    public IReadOnlyList<string> Accepted =>
        Directory.Exists(Path.Combine(_directory, "new")) ? Directory.GetFiles(Path.Combine(_directory, "new")) : [];

    /// <summary>Starts a server and waits until it answers; installs it first where it must and may.</summary>
    /// <param name="directory">Folder for what it accepts; made when it is not there.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidOperationException">It does not start; the message holds what it printed.</exception>
    public static async Task<PrivateMail> StartAsync(string directory, CancellationToken ct = default)
    {
        var server = new PrivateMail(directory, await Provisioning.MailAsync(null, ct));
        await server.StartAgainAsync(ct);
        return server;
    }

    /// <summary>Starts a stopped server on the same port and folder.</summary>
    public async Task StartAgainAsync(CancellationToken ct = default)
    {
        _process = await ChildProcess.StartAsync(_python,
        [
            "-m", "aiosmtpd", "-n", "-l", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}"),
            "-c", "aiosmtpd.handlers.Mailbox", _directory,
        ]);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await AnswersAsync(deadline.Token))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"The mail server does not start: {_process.LastOutput}");
            }

            await Task.Delay(50, deadline.Token);
        }
    }

    public Task StopAsync() => _process!.StopAsync(TimeSpan.FromSeconds(6));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
