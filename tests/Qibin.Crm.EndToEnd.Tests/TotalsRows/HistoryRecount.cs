using System.Globalization;
using Npgsql;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>
/// What journeys were on each day by the history tables of the leads and projects services, without their events and without the
/// pipeline. Of several changes dated that day or earlier, the one recorded last holds.
/// </summary>
internal sealed class HistoryRecount
{
    private static readonly string[] LeadStages = ["new", "assessing", "following", "converted", "kept", "invalid"];
    private static readonly string[] ProjectStages =
        ["negotiating", "signed", "registered", "started", "completed", "producing", "atCapacity", "efficient"];

    /// <summary>Kinds of entries of <c>history_entry</c>.</summary>
    private enum Move
    {
        Opened, Reached, SteppedBack, Suspended, Resumed, Terminated, ContractCorrected, MovedIn, Left, StageDateCorrected,
        MoveDateCorrected, ContractRestated,
    }

    private readonly List<Journey> _journeys = [];

    public int Journeys => _journeys.Count;

    /// <summary>What one journey was on one day.</summary>
    private sealed record State(
        string Stage, string Status, Guid Owner, Guid Unit, IReadOnlyList<(string Measure, string Currency, decimal Sum)> Amounts);

    /// <summary>A value from a day on; of those of one day or earlier the last recorded one holds.</summary>
    private sealed record Step<T>(long Recorded, DateOnly From, T Value);

    private sealed record Journey
    {
        public required DateOnly Begins { get; init; }
        public DateOnly? Opened { get; init; }
        public required List<Step<string>> Stage { get; init; }
        public required List<Step<Guid>> Owner { get; init; }
        public required List<Step<Guid>> Unit { get; init; }
        public required List<Step<(decimal, string)?>> Estimated { get; init; }
        public List<Step<string>> ProjectStage { get; init; } = [];
        public List<Step<string>> ProjectStatus { get; init; } = [];
        public List<Step<Guid>> ProjectOwner { get; init; } = [];
        public List<Step<Guid>> ProjectUnit { get; init; } = [];
        public List<Step<(decimal, string)?>> Contract { get; init; } = [];
        public List<(DateOnly On, string Measure, decimal Amount, string Currency)> Funds { get; init; } = [];

        public State? On(DateOnly day)
        {
            if (day < Begins)
            {
                return null;
            }

            var isProject = Opened <= day;
            var amounts = new List<(string, string, decimal)>();
            if (At(Estimated, day) is var (estimated, currency))
            {
                amounts.Add(("estimatedInvestment", currency, estimated));
            }

            if (isProject && At(Contract, day) is var (contract, of))
            {
                amounts.Add(("contractAmount", of, contract));
            }

            amounts.AddRange(Funds.Where(f => isProject && f.On <= day).Select(f => (f.Measure, f.Currency, f.Amount)));
            var stage = At(isProject ? ProjectStage : Stage, day)!;
            return new State(
                stage, isProject ? At(ProjectStatus, day)! : stage is "kept" or "invalid" ? stage : "active",
                At(isProject ? ProjectOwner : Owner, day), At(isProject ? ProjectUnit : Unit, day), amounts);
        }

        private static T? At<T>(List<Step<T>> steps, DateOnly day) =>
            steps.Where(s => s.From <= day).OrderBy(s => s.Recorded).Select(s => s.Value).LastOrDefault();
    }

    /// <summary>The journeys of leads from one region that the reader may read.</summary>
    public static async Task<HistoryRecount> ReadAsync(RunningSystem system, string region, Guid reader)
    {
        var recount = new HistoryRecount();
        await using var leads = await system.ConnectAsync("leads");
        await using var projects = await system.ConnectAsync("projects");
        foreach (var lead in await RowsAsync(leads, "select * from lead where source_region = $1", region))
        {
            var id = (Guid)lead["id"]!;
            var project = (await RowsAsync(projects, "select * from project where lead_id = $1", id)).SingleOrDefault();
            if (Closed(lead, reader) || (project is not null && Closed(project, reader)))
            {
                continue;
            }

            var journey = await LeadAsync(leads, lead, id);
            recount._journeys.Add(project is null ? journey : await ProjectAsync(leads, projects, id, (Guid)project["id"]!, journey));
        }

        return recount;
    }

    /// <summary>
    /// Counts and sums on a day: of the active journeys by stage and unit, and by stage and owner; of the others by status.
    /// </summary>
    public SortedDictionary<string, string> On(DateOnly day)
    {
        var states = _journeys.ConvertAll(j => j.On(day)).OfType<State>().ToList();
        var figures = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, group) in states.Where(s => s.Status == "active").GroupBy(s => $"{s.Stage} unit {s.Unit}")
            .Concat(states.Where(s => s.Status == "active").GroupBy(s => $"{s.Stage} owner {s.Owner}"))
            .Concat(states.Where(s => s.Status != "active").GroupBy(s => s.Status)).Select(g => (g.Key, g)))
        {
            figures[key] = Figures(group.Count(), group.SelectMany(s => s.Amounts));
        }

        return figures;
    }

    /// <summary>The same with the first change of a project's stage a day later: what a recount must be able to tell.</summary>
    public HistoryRecount Shifted()
    {
        var shifted = new HistoryRecount();
        var journey = _journeys.First(j => j.ProjectStage.Count > 1);
        shifted._journeys.AddRange(_journeys.Where(j => j != journey));
        shifted._journeys.Add(journey with
        {
            ProjectStage = [journey.ProjectStage[0], journey.ProjectStage[1] with { From = journey.ProjectStage[1].From.AddDays(1) },
                .. journey.ProjectStage[2..]],
        });
        return shifted;
    }

    /// <summary>A count and sums per currency as one text.</summary>
    public static string Figures(int count, IEnumerable<(string Measure, string Currency, decimal Sum)> amounts)
    {
        var sums = amounts.GroupBy(a => (a.Measure, a.Currency)).OrderBy(g => g.Key).Select(g => (g.Key, Sum: g.Sum(a => a.Sum)))
            .Where(g => g.Sum != 0)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $" {g.Key.Measure} {g.Key.Currency} {g.Sum:F2}"));
        return count.ToString(CultureInfo.InvariantCulture) + string.Concat(sums);
    }

    private static bool Closed(Dictionary<string, object?> row, Guid reader) =>
        (bool)row["confidential"]! && !((Guid[])row["readers"]!).Contains(reader);

    private static async Task<Journey> LeadAsync(NpgsqlConnection leads, Dictionary<string, object?> lead, Guid id)
    {
        var begins = (DateOnly)lead["first_contact_on"]!;
        var moves = await RowsAsync(leads, "select * from stage_move where lead_id = $1 order by version", id);
        var given = await RowsAsync(leads, "select * from assignment where lead_id = $1 order by version", id);
        // The values before the first change hold from the beginning.
        var estimated = new List<Step<(decimal, string)?>>();
        var (amount, currency) = (lead["estimated_amount"] as decimal?, lead["estimated_currency"] as string);
        var changes = await RowsAsync(leads,
            """
            select seq, at, f ->> 'name' as name, f ->> 'before' as before, f ->> 'after' as after
            from api.audit_entry, jsonb_array_elements(changes) c, jsonb_array_elements(c -> 'fields') f
            where not refused and c ->> 'id' = $1::text and f ->> 'name' in ('estimatedAmount', 'estimatedCurrency')
                and c ->> 'kind' = 'changed' order by seq desc
            """, id);
        foreach (var change in changes.GroupBy(c => (long)c["seq"]!))
        {
            estimated.Add(new Step<(decimal, string)?>(
                change.Key, DayOf(change.First()["at"]!), amount is { } value ? (value, currency!) : null));
            foreach (var field in change)
            {
                var before = field["before"] as string;
                if ((string)field["name"]! == "estimatedAmount")
                {
                    amount = before is null ? null : decimal.Parse(before, CultureInfo.InvariantCulture);
                }
                else
                {
                    currency = before;
                }
            }
        }

        estimated.Add(new Step<(decimal, string)?>(0, DateOnly.MinValue, amount is { } first ? (first, currency!) : null));
        return new Journey
        {
            Begins = begins,
            Stage = moves.ConvertAll(m => new Step<string>(
                (long)m["version"]!, m["from"] is null ? begins : (DateOnly)m["occurred_on"]!, LeadStages[(int)m["to"]!])),
            Owner = Given("owner"),
            Unit = Given("unit"),
            Estimated = estimated,
        };

        List<Step<Guid>> Given(string what) =>
        [
            new(0, DateOnly.MinValue, given.Count > 0 ? (Guid)given[0][$"from_{what}_id"]! : (Guid)lead[what + "_id"]!),
            .. given.Select(g => new Step<Guid>((long)g["version"]!, (DateOnly)g["occurred_on"]!, (Guid)g[$"to_{what}_id"]!)),
        ];
    }

    private static async Task<Journey> ProjectAsync(
        NpgsqlConnection leads, NpgsqlConnection projects, Guid leadId, Guid id, Journey journey)
    {
        var history = await RowsAsync(projects,
            """
            select h.*, s.contract_amount, s.contract_currency from history_entry h left join submission s on s.id = h.submission_id
            where h.project_id = $1 order by h.version, h.id
            """, id);
        var (stages, statuses, contract) = (
            new List<Step<string>>(), new List<Step<string>> { new(0, DateOnly.MinValue, "active") }, new List<Step<(decimal, string)?>>());
        foreach (var entry in history)
        {
            var (version, on, to) = ((long)entry["version"]!, (DateOnly)entry["occurred_on"]!, (int)entry["to"]!);
            switch ((Move)(int)entry["kind"]!)
            {
                case Move.Opened:
                case Move.Reached:
                    stages.Add(new Step<string>(version, on, ProjectStages[to]));
                    if (entry["contract_amount"] is decimal signed)
                    {
                        contract.Add(new Step<(decimal, string)?>(version, on, (signed, (string)entry["contract_currency"]!)));
                    }

                    break;
                case Move.SteppedBack:
                    stages.Add(new Step<string>(version, on, ProjectStages[to]));
                    if (to == 0)
                    {
                        contract.Add(new Step<(decimal, string)?>(version, on, null));
                    }

                    break;
                case Move.Suspended or Move.Resumed or Move.Terminated:
                    statuses.Add(new Step<string>(
                        version, on, (Move)(int)entry["kind"]! switch
                        {
                            Move.Suspended => "suspended",
                            Move.Resumed => "active",
                            _ => "terminated",
                        }));
                    break;
                case Move.ContractCorrected:
                    contract.Add(new Step<(decimal, string)?>(
                        version, on, ((decimal)entry["corrected_amount"]!, (string)entry["corrected_currency"]!)));
                    break;
                case Move.StageDateCorrected or Move.MoveDateCorrected:
                    // What the move changed holds from another day on.
                    var move = (long)entry["move_version"]!;
                    stages = stages.ConvertAll(s => s.Recorded == move ? s with { From = on } : s);
                    statuses = statuses.ConvertAll(s => s.Recorded == move ? s with { From = on } : s);
                    contract = contract.ConvertAll(c => c.Recorded == move ? c with { From = on } : c);
                    break;
                case Move.ContractRestated:
                    var amount = ((decimal)entry["corrected_amount"]!, (string)entry["corrected_currency"]!);
                    contract = contract.ConvertAll(c => c.Recorded == (long)entry["move_version"]! ? c with { Value = amount } : c);
                    break;
            }
        }

        // The project began with the lead's owner and went along while it had no owner of its own.
        var conversion = (await RowsAsync(leads, "select version, recorded_at from stage_move where lead_id = $1 and \"to\" = 3", leadId))
            .Single();
        var given = await RowsAsync(leads, "select * from assignment where lead_id = $1 order by version", leadId);
        var before = given.FindLast(g => (long)g["version"]! < (long)conversion["version"]!);
        var (owner, unit) = before is null ? (journey.Owner[0].Value, journey.Unit[0].Value)
            : ((Guid)before["to_owner_id"]!, (Guid)before["to_unit_id"]!);
        var (owners, units) = (new List<Step<Guid>> { new(0, DateOnly.MinValue, owner) },
            new List<Step<Guid>> { new(0, DateOnly.MinValue, unit) });
        foreach (var next in given.Where(g => (long)g["version"]! > (long)conversion["version"]!))
        {
            var at = (DateTime)next["recorded_at"]!;
            var terminated = history.FindLast(h => (DateTime)h["recorded_at"]! < at
                && (Move)(int)h["kind"]! is Move.Suspended or Move.Resumed or Move.Terminated) is { } last
                && (Move)(int)last["kind"]! == Move.Terminated;
            if ((Guid)next["from_owner_id"]! == owner && !terminated)
            {
                (owner, unit) = ((Guid)next["to_owner_id"]!, (Guid)next["to_unit_id"]!);
                owners.Add(new Step<Guid>((long)next["version"]!, DayOf(at), owner));
                units.Add(new Step<Guid>((long)next["version"]!, DayOf(at), unit));
            }
        }

        var funds = await RowsAsync(projects, "select * from amount_entry where project_id = $1", id);
        return journey with
        {
            Opened = stages[0].From,
            ProjectStage = stages,
            ProjectStatus = statuses,
            ProjectOwner = owners,
            ProjectUnit = units,
            Contract = contract,
            Funds = funds.ConvertAll(f => (
                (DateOnly)f["occurred_on"]!, (int)f["kind"]! == 0 ? "paidIn" : "completedInvestment", (decimal)f["entry_amount"]!,
                (string)f["entry_currency"]!)),
        };
    }

    private static DateOnly DayOf(object at) => Kernel.DistrictCalendar.OnDay(new DateTimeOffset((DateTime)at));

    private static async Task<List<Dictionary<string, object?>>> RowsAsync(NpgsqlConnection database, string sql, object value)
    {
        await using var command = new NpgsqlCommand(sql, database) { Parameters = { new NpgsqlParameter { Value = value } } };
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Dictionary<string, object?>>();
        while (await reader.ReadAsync())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, i => reader.IsDBNull(i) ? null
                : reader.GetDataTypeName(i) == "date" ? reader.GetFieldValue<DateOnly>(i) : reader.GetValue(i)));
        }

        return rows;
    }
}
