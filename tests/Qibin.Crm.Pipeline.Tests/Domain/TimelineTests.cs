using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Pipeline.Tests.Domain;

/// <summary>The fold of one journey, beside its definition evaluated by brute force.</summary>
public sealed class TimelineTests
{
    /// <remarks>Events come in any order, some twice: what the fold refuses is folded again from all of them, as the projection
    /// does.</remarks>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void On_every_day_and_at_every_instant_the_intervals_are_what_the_definition_says(bool shuffled)
    {
        var (applied, again, asked, corrected) = (0, 0, 0, 0);
        for (var seed = 1; seed <= 12; seed++)
        {
            var random = new RandomTrade(seed).Run(90);
            var history = new History(random.Trade);
            corrected += random.Trade.Log.Count(t => t.Happened is LeadStageDateCorrected or ProjectStageDateCorrected
                or ProjectMoveDateCorrected or ProjectContractCorrected);
            foreach (var lead in random.Trade.Leads.Keys)
            {
                var events = Events(random.Trade, lead);
                var told = events.Concat(events.Where((_, i) => i % 3 == 0)).ToArray();
                if (shuffled)
                {
                    new Random(seed).Shuffle(told);
                }

                var timeline = new Timeline { LeadId = lead };
                var received = new List<ReadEvent>();
                foreach (var e in told.Where(e => !received.Contains(e)))
                {
                    received.Add(e);
                    if (timeline.With(e) is { } next)
                    {
                        applied++;
                        timeline = next;
                    }
                    else
                    {
                        again++;
                        timeline = Timeline.Of(lead, received);
                    }
                }

                var whole = Timeline.Of(lead, events);
                Assert.Equal(Lines(Intervals(whole)), Lines(Intervals(timeline)));
                Assert.Equal(
                    whole.TakenBack.Concat(whole.Reached).ToHashSet(), timeline.TakenBack.Concat(timeline.Reached).ToHashSet());
                asked += Compare(history, lead, [.. Intervals(timeline)], events);
            }
        }

        Assert.True(applied > 300 && asked > 10_000 && corrected > 50, $"{applied} {asked} {corrected}");
        Assert.Equal(shuffled, again > 0);
    }

    /// <summary>
    /// Versions are in the order of the rows' locks, instants in that of the transactions' starts: the later one waited for the earlier.
    /// </summary>
    [Fact]
    public void A_version_is_known_no_earlier_than_the_one_before_it_and_is_applied_without_a_look_at_the_others()
    {
        var trade = new Trade();
        var day = trade.Today;
        var lead = trade.Open(on: day);
        var (unit, owner) = (Trade.NewId(), Trade.NewId());
        lead = trade.Tell(lead with { UnitId = unit }, l => new LeadAssigned { Lead = l, OccurredOn = day.AddDays(1) });
        trade.Tell(lead with { OwnerId = owner }, l => new LeadAssigned { Lead = l, OccurredOn = day.AddDays(2) });
        var events = Events(trade, lead.LeadId);
        var (second, third) = (events[1].Row.RecordedAt, events[2].Row.RecordedAt);
        ReadEvent[] crossed = [events[0], At(events[1], third), At(events[2], second)];

        var folded = Timeline.Of(lead.LeadId, crossed);
        var (before, after) = (On(Intervals(folded), day.AddDays(3), second)!, On(Intervals(folded), day.AddDays(3), third)!);
        Assert.NotEqual(unit, before.UnitId);
        Assert.NotEqual(owner, before.OwnerId);
        Assert.Equal((owner, unit), (after.OwnerId, after.UnitId));

        var timeline = crossed.Aggregate(new Timeline { LeadId = lead.LeadId }, (t, e) => t.With(e)!);
        Assert.Equal(Lines(folded.Open), Lines(timeline.Open));
    }

    /// <summary>A later move of the same day hides an earlier one only as long as they have the same day.</summary>
    [Fact]
    public void T3_Moves_that_were_entered_with_one_day_come_apart_when_the_date_of_one_is_corrected()
    {
        var (trade, day) = (new Trade(), new DateOnly(2026, 1, 10));
        var lead = trade.Open(on: day.AddDays(-5));
        foreach (var stage in (LeadStage[])[LeadStage.Assessing, LeadStage.Following])
        {
            lead = trade.Tell(lead with { Stage = stage, StageOn = day }, l => new LeadAssessed { Lead = l, OccurredOn = day });
        }

        lead = trade.Redate(lead, LeadStage.Following, day.AddDays(3));
        var project = trade.Reach(trade.Convert(lead, day.AddDays(4)), ProjectStage.Signed, day.AddDays(10), new Money(1, "CNY"));
        project = trade.Tell(
            project with { ContractAmount = new Money(6, "CNY") }, p => new ProjectContractCorrected
            {
                Project = p,
                Amount = p.ContractAmount!,
                OccurredOn = day.AddDays(10),
                ApproverId = Trade.NewId(),
            });
        trade.Redate(project, ProjectStage.Signed, day.AddDays(8));
        var folded = Timeline.Of(lead.LeadId, Events(trade, lead.LeadId));

        Assert.Equal(
            [
                (day.AddDays(-5), JourneyStage.New, 0m), (day, JourneyStage.Assessing, 0), (day.AddDays(3), JourneyStage.Following, 0),
                (day.AddDays(4), JourneyStage.Negotiating, 0), (day.AddDays(8), JourneyStage.Signed, 1),
                (day.AddDays(10), JourneyStage.Signed, 6),
            ],
            folded.Open.Select(i => (i.DayFrom, i.Stage, i.Amounts.Sum(a => a.Contract))));
        Assert.All(folded.Open.Take(5), i => Assert.Equal(i.DayFrom, i.StageOn));
        Assert.Equal(
            (day, JourneyStage.Following), (On(Intervals(folded), day, trade.Log[2].Delivery.RecordedAt) is { } i ? (i.DayFrom, i.Stage)
                : default));
    }

    /// <summary>A project that stepped back has the stage that it is in again since the day of that stage.</summary>
    [Fact]
    public void T3_After_a_step_back_the_stage_is_held_since_its_corrected_day()
    {
        var (trade, day) = (new Trade(), new DateOnly(2026, 1, 10));
        var project = trade.Convert(trade.Open(on: day), day);
        project = trade.Reach(project, ProjectStage.Signed, day.AddDays(2));
        project = trade.Reach(project, ProjectStage.Registered, day.AddDays(4));
        project = trade.Tell(project with { Stage = ProjectStage.Signed, StageOn = day.AddDays(2) }, p => new ProjectSteppedBack
        {
            Project = p,
            From = ProjectStage.Registered,
            To = ProjectStage.Signed,
            Reason = "登记有误",
            OccurredOn = day.AddDays(6),
        });
        project = trade.Redate(project, ProjectStage.Signed, day.AddDays(1));
        trade.Reach(project, ProjectStage.Registered, day.AddDays(9));

        Assert.Equal(
            [
                (0, JourneyStage.Negotiating, 0), (1, JourneyStage.Signed, 1), (4, JourneyStage.Registered, 4), (6, JourneyStage.Signed, 1),
                (9, JourneyStage.Registered, 9),
            ],
            Timeline.Of(project.LeadId, Events(trade, project.LeadId)).Open
                .Select(i => (i.DayFrom.DayNumber - day.DayNumber, i.Stage, i.StageOn.DayNumber - day.DayNumber)));
    }

    /// <summary>As if it had never been removed, but for what was known meanwhile.</summary>
    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(0, 1, 3, 2)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(3, 0, 2, 1)]
    [InlineData(2, 3, 0, 1)]
    public void T16_A_restored_lead_counts_on_its_days_again_in_whatever_order_it_is_told(params int[] order)
    {
        var (trade, day) = (new Trade(), new DateOnly(2026, 1, 10));
        var lead = trade.Open(on: day);
        lead = trade.Tell(
            lead with { Stage = LeadStage.Following, StageOn = day.AddDays(3) },
            l => new LeadAssessed { Lead = l, OccurredOn = day.AddDays(3) });
        trade.Restore(trade.Remove(lead));
        var events = Events(trade, lead.LeadId);
        var (removed, restored) = (events[2].Row.RecordedAt, events[3].Row.RecordedAt);

        var (timeline, received) = (new Timeline { LeadId = lead.LeadId }, new List<ReadEvent>());
        foreach (var e in order.Select(n => events[n]))
        {
            received.Add(e);
            timeline = timeline.With(e) ?? Timeline.Of(lead.LeadId, received);
            if (received.Count(r => r.Event is LeadOpened or LeadAssessed) == 2 && received.Count < 4)
            {
                // Without one of both: the restoration alone changes nothing, the removal alone all.
                Assert.Equal(received.Exists(r => r.Event is LeadRemoved), timeline.Open.Count == 0);
            }
        }

        Assert.Equal(
            [(day, JourneyStage.New), (day.AddDays(3), JourneyStage.Following)], timeline.Open.Select(i => (i.DayFrom, i.Stage)));
        Assert.False(timeline.Journey()!.Removed);
        var whole = Intervals(Timeline.Of(lead.LeadId, events));
        Assert.NotNull(On(whole, day, removed.AddTicks(-1)));
        Assert.Null(On(whole, day, removed));
        Assert.Null(On(whole, day, restored.AddTicks(-1)));
        Assert.NotNull(On(whole, day, restored));
    }

    /// <summary>Counted, not timed: how much the next event looks at is the same however many there were.</summary>
    [Fact]
    public void The_next_event_looks_at_as_much_after_5000_events_as_after_10()
    {
        var sizes = new Dictionary<int, (int Steps, int Intervals, int Milestones, int Length)>();
        foreach (var count in new[] { 10, 100, 1000, 5000 })
        {
            foreach (var (name, order) in new (string, Func<int, int>)[] { ("later", n => n), ("earlier", n => -n) })
            {
                var trade = new Trade();
                var lead = trade.Open(on: new DateOnly(2000, 1, 1));
                for (var n = 1; n < count; n++)
                {
                    var on = new DateOnly(2000, 1, 1).AddDays(order(n));
                    lead = trade.Tell(
                        lead with { FirstContactOn = on < lead.FirstContactOn ? on : lead.FirstContactOn },
                        l => new ContactRecorded { Lead = l, ContactId = Trade.NewId(), Channel = "phone", OccurredOn = on });
                }

                var timeline = new Timeline { LeadId = lead.LeadId };
                foreach (var e in Events(trade, lead.LeadId))
                {
                    timeline = timeline.With(e)!;
                }

                // All that is compared and read for the next event, and nothing else is.
                var looks = (
                    timeline.LeadSteps.Days().Count() + timeline.LeadSteps.FirstContactOn.Length, timeline.Open.Count,
                        timeline.Reached.Count,
                    JsonSerializer.Serialize(timeline with { Lead = null }, StrictJson.Options).Length / 1000);
                Assert.Equal(sizes.GetValueOrDefault(order(1), looks), looks);
                sizes[order(1)] = looks;
                Assert.True(name.Length > 0 && timeline.Open.Count == 1);
            }
        }
    }

    /// <summary>A property of the trade would be counted wrongly if a state could hold something that no step follows.</summary>
    [Fact]
    public void A_contact_a_next_step_or_a_comment_changes_no_interval()
    {
        var trade = new Trade();
        var lead = trade.Open();
        trade.Tell(lead, l => new NextStepPlanned { Lead = l, DueOn = trade.Today.AddDays(3) });
        trade.Tell(lead, l => new ContactRecorded { Lead = l, ContactId = Trade.NewId(), Channel = "phone", OccurredOn = trade.Today });
        trade.Tell(lead with { InvestorName = "新名" }, l => new LeadAmended { Lead = l });
        var timeline = new Timeline { LeadId = lead.LeadId };
        var opened = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var e in Events(trade, lead.LeadId))
        {
            timeline = timeline.With(e)!;
            opened.Add(Assert.Single(timeline.Open));
        }

        Assert.Empty(timeline.Closed);
        Assert.Single(opened);
        Assert.Equal(trade.Log[0].Delivery.RecordedAt, timeline.ChangedAt);
        Assert.Equal("新名", timeline.Journey()!.InvestorName);
    }

    private static List<ReadEvent> Events(Trade trade, Guid lead) =>
    [
        .. trade.Log.Select(t => StoredEvents.Row(t.Happened.GetType().Name, t.Delivery))
            .Where(r => r.LeadId == lead && StoredEvents.OfJourneys.Contains(r.Type)).Read(),
    ];

    private static ReadEvent At(ReadEvent e, DateTimeOffset recordedAt) => new(
        new ReceivedEvent
        {
            StreamId = e.Row.StreamId,
            Version = e.Row.Version,
            Ordinal = e.Row.Ordinal,
            Type = e.Row.Type,
            LeadId = e.Row.LeadId,
            OccurredOn = e.Row.OccurredOn,
            RecordedAt = recordedAt,
            ActorId = e.Row.ActorId,
            Event = e.Row.Event,
        },
        e.Event);

    private static IEnumerable<Interval> Intervals(Timeline timeline) => timeline.Closed.Concat(timeline.Open);

    private static Interval? On(IEnumerable<Interval> intervals, DateOnly day, DateTimeOffset known) => intervals.SingleOrDefault(i =>
        i.KnownFrom <= known && (i.KnownTo is null || i.KnownTo > known) && i.DayFrom <= day && (i.DayTo is null || i.DayTo > day));

    private static int Compare(History history, Guid lead, List<Interval> intervals, List<ReadEvent> events)
    {
        var asked = 0;
        var days = events.SelectMany(e => new[] { e.Row.OccurredOn.AddDays(-1), e.Row.OccurredOn, e.Row.OccurredOn.AddDays(1) }).Distinct()
            .ToList();
        foreach (var known in events.Select(e => e.Row.RecordedAt).Distinct())
        {
            foreach (var day in days)
            {
                var then = history.At(day, known, lead).Select(j => j.Then).SingleOrDefault();
                var interval = On(intervals, day, known);
                Assert.Equal((day, known, Line(then)), (day, known, Line(interval)));
                asked++;
            }
        }

        return asked;
    }

    private static string Line(ExpectedJourney? journey) => journey is null ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{journey.Stage} {journey.Status} {journey.Owner} {journey.Unit} {journey.Chain} {journey.Of("node")} "
            + $"{journey.Of("sourceRegion")} {journey.Band} {journey.Of("month")} "
        + $"{Money(journey.Lead.EstimatedInvestment)} {Money(journey.Project?.ContractAmount)} "
        + $"{string.Join(' ', Sums(journey.Project?.PaidIn))} / {string.Join(' ', Sums(journey.Project?.CompletedInvestment))}");

    private static string Line(Interval? i)
    {
        return i is null ? "" : string.Create(CultureInfo.InvariantCulture,
            $"{Word(i.Stage)} {Word(i.Status)} {i.OwnerId} {i.UnitId} {i.ChainCode} {i.NodeCode} {i.SourceRegion} {Word(i.Band)} "
                + $"{i.FirstContactOn:yyyy-MM} "
            + $"{Each(a => a.Estimated)} {Each(a => a.Contract)} {Each(a => a.PaidIn)} / {Each(a => a.Completed)}");

        string Each(Func<Amount, decimal> measure) => string.Join(' ', Sums([.. i.Amounts.Select(a => new Money(measure(a), a.Currency))]));
    }

    private static IEnumerable<string> Lines(IEnumerable<Interval> intervals) =>
        intervals.OrderBy(i => i.KnownFrom).ThenBy(i => i.DayFrom)
            .Select(i => $"{i.KnownFrom:O} {i.KnownTo:O} {i.DayFrom:O} {i.DayTo:O} {Line(i)}");

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string Money(Money? money) => money is null or { Amount: 0 } ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{money.Currency}{money.Amount:0.00##}");

    private static IEnumerable<string> Sums(Money[]? sums) =>
        (sums ?? []).GroupBy(m => m.Currency).Select(g => new Money(g.Sum(m => m.Amount), g.Key)).Where(m => m.Amount != 0)
            .OrderBy(m => m.Currency, StringComparer.Ordinal).Select(Money);
}
