using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>Events are stored as they came, and read as far as this version can.</summary>
public sealed class ReceivedEventTests : IAsyncLifetime
{
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    /// <summary>
    /// As after a return to an older version: a newer one had told more of a lead, with a word and in a type that this one does not know.
    /// </summary>
    [Fact]
    public async Task What_a_newer_version_told_is_stored_whole_and_stops_nothing()
    {
        var lead = _trade.Open(estimated: new Money(5, "CNY"));
        lead = _trade.Tell(lead with { Stage = LeadStage.Following }, l => new LeadAssessed { Lead = l, OccurredOn = _trade.Today });
        _trade.Tell(lead, l => new NextStepPlanned { Lead = l });
        var (opened, assessed, planned) = (_trade.Log[0], _trade.Log[1], _trade.Log[2]);
        await _service.TellAsync([
            With(opened, json => json.Replace("\"code\"", "\"mood\":{\"good\":true},\"code\"", StringComparison.Ordinal)),
            new Told(
                new UnreadEvent("LeadAssessed"),
                With(assessed, json => json.Replace("\"following\"", "\"dreaming\"", StringComparison.Ordinal)).Delivery),
            new Told(new UnreadEvent("LeadDreamed"), planned.Delivery with { MessageId = Trade.NewId(), StreamId = Trade.NewId() }),
            planned with { Delivery = planned.Delivery with { Version = 4 } },
        ]);

        Assert.Equal(
            1, await _service.CountAsync("select count(*) from received_event where event -> 'lead' -> 'mood' -> 'good' = 'true'"));
        Assert.Equal(
            1, await _service.CountAsync(
            $"select count(*) from received_event where event -> 'lead' ->> 'stage' = 'dreaming' and lead_id = '{lead.LeadId}'"));
        Assert.Equal(
            1, await _service.CountAsync($"select count(*) from received_event where type = 'LeadDreamed' and lead_id = '{lead.LeadId}'"));
        using var leader = _service.As(TestCaller.Person(Roles.Leader));
        var journey = (await leader.GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).Is(200).Json;
        Assert.Equal("following", journey.GetProperty("stage").GetString());
        Assert.Equal(
            ["leadOpened", "nextStepPlanned"], journey.GetProperty("events").EnumerateArray()
            .Select(e => e.GetProperty("type").GetString()));
        var totals = (await leader.GetAsync("/api/v1/pipeline/totals")).Is(200).Json;
        Assert.Equal(1, totals.GetProperty("total").GetProperty("count").GetInt32());
    }

    /// <summary>A service's watermark waits for each event of its log: one that the pipeline does not receive stops it for good.</summary>
    [Fact]
    public void Every_event_of_leads_projects_and_enterprises_is_received()
    {
        string[] services = [typeof(LeadOpened).Namespace!, typeof(ProjectOpened).Namespace!, typeof(EnterpriseRegistered).Namespace!];
        var events = typeof(IEvent).Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IEvent)) && services.Contains(t.Namespace))
            .ToList();
        Assert.Contains(typeof(LeadCommented), events);
        Assert.Empty(events.Where(t => !t.IsAssignableTo(typeof(IJourneyEvent))).Select(t => t.Name));
    }

    /// <summary>A timeline that another version wrote in another form is folded again from the events when the next one comes.</summary>
    [Fact]
    public async Task A_timeline_in_another_form_is_folded_again()
    {
        var lead = _trade.Open();
        await _service.TellAsync(_trade.Log);
        await _service.ExecuteAsync("update timeline set format = format + 1, timeline = '{}'");
        _trade.Tell(lead with { Stage = LeadStage.Following }, l => new LeadAssessed { Lead = l, OccurredOn = _trade.Today });
        await _service.TellAsync(_trade.Log.TakeLast(1));
        using var leader = _service.As(TestCaller.Person(Roles.Leader));
        Assert.Equal(
            "following", (await leader.GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).Is(200).Json.GetProperty("stage").GetString());
        Assert.Equal(1, await _service.CountAsync($"select count(*) from timeline where format = {Timeline.Format}"));
    }

    /// <summary>
    /// A new event with a state is counted without a line in the pipeline, and one without any is stored: its interface says so.
    /// </summary>
    [Fact]
    public void Every_event_says_by_its_interface_which_state_it_carries()
    {
        Assert.Equal([], typeof(IEvent).Assembly.GetTypes().Where(t => t.IsClass && t.IsAssignableTo(typeof(IEvent))).Where(IsWrong));
        Assert.True(IsWrong(typeof(Forgetful)));

        static bool IsWrong(Type happened) =>
            // Neither the directory nor what the pipeline publishes itself belongs to a journey.
            happened.Namespace!.Split('.')[^1] is not ("Directory" or "Pipeline")
            && (!happened.IsAssignableTo(typeof(IJourneyEvent))
                || Carries(happened, typeof(LeadState)) != happened.IsAssignableTo(typeof(ILeadEvent))
                || Carries(happened, typeof(ProjectState)) != happened.IsAssignableTo(typeof(IProjectEvent))
                || Carries(happened, typeof(EnterpriseState)) != happened.IsAssignableTo(typeof(IEnterpriseEvent)));

        static bool Carries(Type happened, Type state) => happened.GetProperties().Any(p => p.PropertyType == state);
    }

    private static Told With(Told told, Func<string, string> newer) =>
        told with { Delivery = told.Delivery with { Json = newer(told.Delivery.Json) } };

    private sealed record Forgetful : IJourneyEvent
    {
        public required LeadState Lead { get; init; }
    }
}
