using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Pipeline.Data;
using Qibin.Crm.Pipeline.Domain;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Benchmarks.Totals;

/// <summary>
/// Loads the events of invented journeys straight into the pipeline's stored events, by COPY of the service's own rows: two to five of
/// each, over five years. The journeys are then derived from them by a rebuild, as after any loss.
/// </summary>
internal static class JourneyLoad
{
    private const int Batch = 10_000;
    private const int Units = 20;
    private const int OfficersOfUnit = 10;

    private static readonly (string Node, string Chain)[] Nodes =
        [.. IndustryChains.All.SelectMany(c => c.Nodes.Select(n => (n.Code, c.Code)))];
    private static readonly string[] Regions = ["110000", "310000", "440300", "410100", "320500", "330100", "420100", "510100"];
    private static readonly string[] Currencies = ["CNY", "CNY", "CNY", "CNY", "CNY", "CNY", "CNY", "USD", "USD", "EUR"];

    /// <summary>Brings the number of journeys to <paramref name="journeys"/>; the first unit is <paramref name="unitId"/>.</summary>
    /// <returns>Whether any had to be loaded.</returns>
    public static async Task<bool> ToAsync(string connection, int journeys, Guid unitId, Action<string> say)
    {
        var target = new NpgsqlConnectionStringBuilder(
            connection)
        { CommandTimeout = 0, Options = "-c statement_timeout=0 -c synchronous_commit=off" };
        await using var source = NpgsqlDataSource.Create(target);
        var options = new DbContextOptionsBuilder<PipelineDb>();
        DatabaseHost.Configure(options, source);
        await using var db = new PipelineDb((DbContextOptions<PipelineDb>)options.Options);
        await db.Database.OpenConnectionAsync();
        var there = await db.Received.CountAsync(e => e.Type == nameof(LeadOpened));
        var started = Stopwatch.GetTimestamp();
        var today = TimeProvider.System.Today();
        for (var first = there; first < journeys; first += Batch)
        {
            var events = new List<ReceivedEvent>();
            foreach (var n in Enumerable.Range(first, Math.Min(Batch, journeys - first)))
            {
                One(n, unitId, today, events);
            }

            await db.CopyAsync(events, CancellationToken.None);
        }

        await db.Database.ExecuteSqlRawAsync("analyze received_event");
        say(
            string.Create(
            CultureInfo.InvariantCulture,
            $"{journeys} journeys are stored as events: {journeys - there} copied in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} "
                + $"s"));
        return there < journeys;
    }

    private static void One(int n, Guid unitId, DateOnly today, List<ReceivedEvent> events)
    {
        var random = new Random(n);
        var owner = random.Next(Units * OfficersOfUnit);
        var (unit, officer) = (owner / OfficersOfUnit == 0 ? unitId : Made(1, owner / OfficersOfUnit), Made(2, owner));
        var (node, chain) = random.Next(10) == 0 ? (null, null) : ((string?)Nodes[random.Next(Nodes.Length)].Node, "");
        chain = node is null ? null : Nodes.First(x => x.Node == node).Chain;
        var currency = Currencies[random.Next(Currencies.Length)];
        var amount = Math.Round((decimal)Math.Exp(random.NextDouble() * 8) * 1_000_000m, 2);
        var day = today.AddDays(-random.Next(1826));
        var lead = new LeadState
        {
            LeadId = Made(3, n),
            Code = string.Create(CultureInfo.InvariantCulture, $"B-{day.Year}-{n:00000000}"),
            InvestorId = Made(4, n),
            InvestorName = "演示客商" + n.ToString(CultureInfo.InvariantCulture),
            Stage = LeadStage.New,
            StageOn = day,
            FirstContactOn = day,
            OwnerId = officer,
            UnitId = unit,
            ChainCode = chain,
            NodeCode = node,
            SourceRegion = Regions[random.Next(Regions.Length)],
            EstimatedInvestment = new Money(amount, currency),
            Confidential = n % 200 == 7,
            Readers = [],
        };
        var version = 1L;
        Tell(lead.LeadId, new LeadOpened { Lead = lead }, day);
        var fate = random.Next(100);
        day = Later();
        if (fate < 15)
        {
            lead = lead with { Stage = fate < 5 ? LeadStage.Kept : LeadStage.Invalid, StageOn = day };
            Tell(lead.LeadId, new LeadClosed { Lead = lead, Reason = "NoAnswer", OccurredOn = day }, day);
        }
        else if (fate >= 45)
        {
            var project = new ProjectState
            {
                ProjectId = Made(5, n),
                Code = "P" + lead.Code,
                Name = lead.InvestorName + "项目",
                LeadId = lead.LeadId,
                InvestorId = lead.InvestorId,
                Stage = ProjectStage.Negotiating,
                StageOn = day,
                Status = ProjectStatus.Active,
                OwnerId = officer,
                UnitId = unit,
                ChainCode = chain,
                NodeCode = node,
                PaidIn = [],
                Confidential = false,
                Readers = [],
            };
            lead = lead with { Stage = LeadStage.Converted, StageOn = day, ProjectId = project.ProjectId };
            Tell(
                lead.LeadId, new LeadConverted { Lead = lead, ProjectId = project.ProjectId, ProjectName = project.Name, OccurredOn = day },
                day);
            version = 1;
            Tell(project.ProjectId, new ProjectOpened { Project = project, OccurredOn = day }, day);
            var reached = fate < 65 ? ProjectStage.Negotiating : fate < 80 ? ProjectStage.Signed : fate < 90 ? ProjectStage.Registered
                : ProjectStage.Started;
            for (var stage = ProjectStage.Signed; stage <= reached; stage++)
            {
                day = Later();
                project = project with { Stage = stage, StageOn = day, ContractAmount = new Money(amount, currency) };
                Tell(project.ProjectId, new ProjectStageReached { Project = project, From = stage - 1, To = stage, OccurredOn = day }, day);
            }

            if (reached == ProjectStage.Started)
            {
                day = Later();
                var paid = new Money(Math.Round(amount / 4, 2), currency);
                project = project with { PaidIn = [paid] };
                Tell(project.ProjectId, new FundsPaidIn { Project = project, Amount = paid, OccurredOn = day }, day);
            }
        }

        DateOnly Later()
        {
            var later = day.AddDays(10 + random.Next(120));
            return later > today ? today : later;
        }

        void Tell(Guid stream, IEvent happened, DateOnly on) => events.Add(new ReceivedEvent
        {
            StreamId = stream,
            Version = version++,
            Ordinal = 0,
            Type = happened.GetType().Name,
            LeadId = lead.LeadId,
            ProjectId = stream == lead.LeadId ? null : stream,
            OccurredOn = on,
            RecordedAt = At(on).AddSeconds(events.Count % 3600),
            ActorId = officer,
            Event = JsonSerializer.Serialize(happened, happened.GetType(), StrictJson.Options),
        });
    }

    private static DateTimeOffset At(DateOnly day) => new(day.ToDateTime(new TimeOnly(4, 0)), TimeSpan.Zero);

    // The same at each load, so that a second one adds to the first.
    private static Guid Made(short kind, int n) => new(n, kind, 0x7011, 0x80, 0, 0, 0, 0, 0, 0, 1);
}
