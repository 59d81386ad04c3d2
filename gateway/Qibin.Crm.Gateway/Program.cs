using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Telemetry;

namespace Qibin.Crm.Gateway;

internal static class Program
{
    public static Task<int> Main(string[] args) => Build(args).RunEdgeAsync();

    /// <summary>The gateway's table of contents.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddEdgeDefaults(TelemetryHost.Gateway);
        builder.AddMetricsListener();
        builder.AddTrustedProxies();
        builder.AddKnownTokens();
        builder.AddEdgeAnswers();
        builder.AddEdgeLimits();
        builder.AddForwarding();
        builder.AddServiceHealth();

        var app = builder.Build();
        app.UseMetricsListener();
        app.UseTrustedProxies();
        app.UseSecurityHeaders();
        app.UseEdgeDefaults();
        app.UseEdgeAnswers();
        app.UseAuthentication();
        app.MapHome();
        app.UseSwaggerPage();
        app.MapForwarding();
        return app;
    }
}
