using System.Diagnostics;
using System.Globalization;

namespace Qibin.Crm.Local;

/// <summary>Tells the terminal what happens, with the seconds since the start.</summary>
internal sealed class Steps
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public void Say(string step) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{_watch.Elapsed.TotalSeconds,5:0.0} s] {step}"));

    /// <summary>Fills in the demonstration data; without it, or with a part of it, the system runs on.</summary>
    public async Task FillAsync(LocalSystem system, CancellationToken ct)
    {
        try
        {
            await system.FillAsync(ct);
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException)
        {
            Say($"演示数据未填完，下次启动继续 · Demonstration data is incomplete, the next start goes on with it: {e.Message}");
        }
    }

    public void Ready(LocalSystem system)
    {
        Say("就绪 · Ready");
        var officer = system.Access.Users[0];
        Console.WriteLine(
            $"""

            网关 Gateway     {system.Access.Gateway}
            接口 Swagger     {system.Access.Gateway}/swagger
            登录 Sign in     用户 user {officer.UserName}  密码 password {officer.Password}  (Swagger: Authorize)
            全部账号 All     {system.AccessFile}
            停止 Stop        Ctrl-C

            """);
    }
}
