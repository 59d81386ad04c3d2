using System.Diagnostics;

namespace Qibin.Crm.Servers;

/// <summary>Programs that are run to their end.</summary>
internal static class Commands
{
    /// <summary>Runs a program and answers what it printed.</summary>
    /// <exception cref="InvalidOperationException">It ended with an error; the message holds what it printed.</exception>
    internal static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken ct, IReadOnlyDictionary<string, string>? environment = null)
    {
        var (code, output) = await TryAsync(program, arguments, ct, environment);
        return code == 0 ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}: {output}");
    }

    /// <summary>Runs a program and answers its exit code with what it printed; -1 when there is no such program.</summary>
    internal static async Task<(int Code, string Output)> TryAsync(
        string program, IEnumerable<string> arguments, CancellationToken ct, IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? line = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, $"{program} is not there");
        }

        process.StandardInput.Close();
        var output = new List<string>();
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (output)
        {
            return (process.ExitCode, string.Join('\n', output));
        }

        void Take(object sender, DataReceivedEventArgs e)
        {
            if (e.Data is null)
            {
                return;
            }

            line?.Invoke(e.Data);
            lock (output)
            {
                output.Add(e.Data);
            }
        }
    }
}
