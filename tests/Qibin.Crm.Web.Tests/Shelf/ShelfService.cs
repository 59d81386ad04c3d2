using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Qibin.Crm.Web.Tests.Shelf;

/// <summary>A service as small as one can be: one aggregate, one operation of each kind.</summary>
internal static class ShelfService
{
    private static readonly ServiceDescription Description = new(
        "shelf",
        "货架 · Shelf",
        new Dictionary<string, ProblemText>
        {
            ["thing.closed"] = new("物品 {0} 已封存", "The thing {0} is closed"),
            ["thing.notReady"] = new("物品尚不能封存", "The thing cannot be closed yet"),
            ["thing.usccTaken"] = new("该代码已被使用", "This code is taken"),
            ["thing.badLuck"] = new("不吉利的数量", "An unlucky number of things"),
        },
        new Dictionary<string, RuleConstraint>
        {
            ["ux_thing_uscc"] = new("thing.usccTaken", typeof(Thing), nameof(Thing.Uscc)),
            ["ck_thing_count"] = new("thing.badLuck", typeof(Thing), nameof(Thing.Count)),
        });

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddServiceDefaults<ShelfDb>(Description);
        builder.Services.RemoveAll<IMigrationStep>();
        builder.Services.AddSingleton<IMigrationStep, Tables>();
        builder.Services.AddValidation();
        var app = builder.Build();
        app.MapApi().MapThings();
        return app;
    }

    /// <summary>Makes the tables from the model: the tests' service has no past to migrate from.</summary>
    private sealed class Tables(IDbContextFactory<ShelfDb> factory) : IMigrationStep
    {
        public async Task RunAsync(CancellationToken ct)
        {
            await using var db = await factory.CreateDbContextAsync(ct);
            await db.Database.EnsureCreatedAsync(ct);
        }
    }
}
