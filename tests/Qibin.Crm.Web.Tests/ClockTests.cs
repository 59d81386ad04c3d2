using System.Globalization;
using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Tests.Shelf;

namespace Qibin.Crm.Web.Tests;

/// <summary>Clocks that differ refuse every token; who looks for the reason finds it.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData(-3600, "^This machine's clock is 3[56][0-9]{2} s ahead of the token issuer's$")]
    [InlineData(3600, "^This machine's clock is 3[56][0-9]{2} s behind the token issuer's$")]
    public async Task R8_A_difference_of_clocks_is_named_in_the_log_and_in_the_readiness(int seconds, string words)
    {
        var log = new LogLines();
        await using var issuer = await IssuerAsync(seconds);
        await using var service = await StartAsync(issuer, log);
        using var anybody = service.WithToken(null);

        var ready = await Eventually.GetAsync(() => anybody.GetAsync("/health/ready"), answer => answer.Status == 503);
        Assert.Matches(words, ready.Json.GetProperty("reasons").GetProperty("clock").GetString());
        var line = Assert.Single(log.All, line => line.Text.Contains("clock", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Error, line.Level);
    }

    [Fact]
    public async Task R8_Clocks_that_agree_are_not_named()
    {
        var log = new LogLines();
        await using var issuer = await IssuerAsync(seconds: 2);
        await using var service = await StartAsync(issuer, log);
        using var anybody = service.WithToken(null);

        var asked = issuer.Services.GetRequiredService<Asked>();
        await Eventually.TrueAsync(() => Task.FromResult(asked.Times > 0));
        (await anybody.GetAsync("/health/ready")).Is(200);
        Assert.DoesNotContain(log.All, line => line.Text.Contains("clock", StringComparison.Ordinal));
    }

    private static Task<TestService> StartAsync(WebApplication issuer, LogLines log) => TestService.StartAsync(
        "shelf", ShelfService.Build, builder =>
        {
            builder.Configuration["Identity:MetadataAddress"] = issuer.Urls.First() + "/.well-known/openid-configuration";
            builder.Logging.AddProvider(log);
        });

    /// <summary>An authority whose clock is so many seconds ahead.</summary>
    private static async Task<WebApplication> IssuerAsync(int seconds)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<Asked>();
        var app = builder.Build();
        app.Run(http =>
        {
            var asked = http.RequestServices.GetRequiredService<Asked>();
            http.Response.OnCompleted(() =>
            {
                asked.Times++;
                return Task.CompletedTask;
            });
            http.Response.Headers.Date = TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        await app.StartAsync();
        return app;
    }

    private sealed class Asked
    {
        public int Times { get; set; }
    }
}
