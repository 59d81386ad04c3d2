namespace Qibin.Crm.Local;

internal static class Program
{
    /// <summary>Runs the whole system on this machine until it is told to stop.</summary>
    /// <returns>0 after an orderly stop, 1 when the system cannot be started, 2 for wrong options.</returns>
    public static async Task<int> Main(string[] args)
    {
        if (CommandLine.Parse(args, out var refusal) is not { } command)
        {
            await Console.Error.WriteLineAsync(refusal);
            return 2;
        }

        using var stop = new StopRequests();
        var steps = new Steps();
        try
        {
            await using var system = await LocalSystem.StartAsync(command.Options with { Say = steps.Say }, stop.Token);
            if (command.Demonstration)
            {
                await steps.FillAsync(system, stop.Token);
            }

            steps.Ready(system);
            await stop.Requested;
            steps.Say("正在停止 · Stopping");
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        steps.Say("已停止 · Stopped");
        return 0;
    }
}
