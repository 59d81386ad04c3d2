using Qibin.Crm.Web.Hosting;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Qibin.Crm.Messaging.Tests.Host;

/// <summary>Runs the tests; with the argument <c>tally</c> the tests' service, in a process of its own.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) =>
        args is ["tally"] ? TallyService.Build([], null).RunServiceAsync([])
        : args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : ConsoleRunner.Run(args);
}
