using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>Two consumers that touch one journey at once do not overlook each other.</summary>
public sealed class ConcurrencyTests : IAsyncLifetime
{
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_project_told_while_its_lead_is_being_taken_is_in_the_journey()
    {
        var lead = _trade.Open();
        var project = _trade.Reach(_trade.Convert(lead), ProjectStage.Signed, contract: new Money(1_000, "CNY"));

        var journey = await WhileTakingAsync(
            _trade.Log[0],
            _trade.Log.Where(t => t.Delivery.StreamId == project.ProjectId), lead.LeadId);

        Assert.Equal("signed 1000.00", $"{journey.GetProperty("stage")} {journey.GetProperty("contractAmount").GetProperty("amount")}");
    }

    [Fact]
    public async Task A_step_back_told_while_the_stage_is_being_taken_takes_it_back()
    {
        var project = _trade.Reach(_trade.Convert(_trade.Open()), ProjectStage.Signed);
        _trade.StepBack(project, ProjectStage.Negotiating);
        await _service.TellAsync(_trade.Log.SkipLast(2));
        var signing = _trade.Log[^2];

        var journey = await WhileTakingAsync(
            signing,
            _trade.Log.TakeLast(1), project.LeadId);

        Assert.Equal(
            ["firstContact", "converted"], journey.GetProperty("milestones").EnumerateArray()
            .Select(m => m.GetProperty("kind").GetString()));
        Assert.Equal("signed", journey.GetProperty("takenBack")[0].GetProperty("kind").GetString());
    }

    /// <summary>Takes one event, and tells others before that has committed.</summary>
    private async Task<System.Text.Json.JsonElement> WhileTakingAsync(Told taken, IEnumerable<Told> others, Guid leadId)
    {
        Task telling;
        await using (var db = await _service.Services.GetRequiredService<IDbContextFactory<PipelineDb>>().CreateDbContextAsync())
        {
            await using var taking = await db.Database.BeginTransactionAsync();
            var consumer = new JourneyConsumer(db);
            await consumer.ConsumeAsync((IJourneyEvent)taken.Happened, taken.Delivery, CancellationToken.None);
            await consumer.CompleteAsync(CancellationToken.None);
            telling = Task.Run(() => _service.TellAsync(others));
            // The others wait for this one, or have gone past it.
            await Eventually.TrueAsync(async () => telling.IsCompleted || await db.Database
                .SqlQuery<int>(
                    $"""
                    select count(*)::int as "Value" from pg_locks
                    where locktype = 'advisory' and not granted
                        and database = (select oid from pg_database where datname = current_database())
                    """)
                .SingleAsync() > 0);
            await taking.CommitAsync();
        }

        await telling;
        return (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync($"/api/v1/pipeline/journeys/{leadId}")).Is(200).Json;
    }
}
