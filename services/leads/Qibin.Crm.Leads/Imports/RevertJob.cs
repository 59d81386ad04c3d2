using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.Claims;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Leads.Imports;

/// <summary>The import to revert.</summary>
internal sealed record ImportReversal
{
    public required Guid ImportId { get; init; }
}

/// <summary>
/// Reverts an import, its last row first: what it opened is removed, what it changed gets its former values. A row is left as it
/// is, and says so, when somebody changed its lead, investor or person afterwards.
/// </summary>
internal sealed class RevertJob(TimeProvider clock) : IJobKind<LeadsDb>
{
    public const string Kind = "leads.import.revert";

    private const int BatchSize = 300;
    private const string Changed = "导入后已被修改或引用，未撤销";
    private const string Protected = "客商原名称或代码已由其他单位首报保护，未撤销";
    private const string Gone = "线索已不存在或已不在您的管理范围内，未撤销";
    private const string Savepoint = "batch";

    public async Task<bool> StepAsync(LeadsDb db, Job job, Caller caller, CancellationToken ct)
    {
        var importId = job.Read<ImportReversal>().ImportId;
        if (job.Position is null)
        {
            await Permissions.CheckAgainAsync(db, caller, ct);
            job.Total = await Open(db, importId).CountAsync(ct);
            job.Position = "2147483647:0";
            return true;
        }

        // The last row done, and the row down to which rows go one by one because another table refers to one of them.
        var (before, singly) = job.Position.Split(':') is [var at, var down]
            ? (int.Parse(at, CultureInfo.InvariantCulture), int.Parse(down, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException(job.Position);
        var alone = singly > 0 && before > singly;
        var rows = await Open(db, importId).Where(r => r.Number < before).OrderByDescending(r => r.Number).Take(alone ? 1 : BatchSize)
            .ToListAsync(ct);
        if (rows.Count == 0)
        {
            return false;
        }

        db.ChangeTracker.AutoDetectChangesEnabled = false;
        await db.Database.CurrentTransaction!.CreateSavepointAsync(Savepoint, ct);
        List<RowEnd> ends;
        try
        {
            var batch = new RevertBatch(db, caller, new Actor(caller.Id, clock.GetUtcNow()));
            await batch.LookAsync(rows, ct);
            ends = batch.Apply(rows);
            await batch.WriteAsync(ct);
        }
        catch (Exception e) when (
            (e as PostgresException ?? e.InnerException as PostgresException)?.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            await db.Database.CurrentTransaction!.RollbackToSavepointAsync(Savepoint, ct);
            db.ForgetAllBut(job);
            if (!alone)
            {
                job.Position = string.Create(CultureInfo.InvariantCulture, $"{before}:{rows[^1].Number}");
                return true;
            }

            ends = [new RowEnd(rows[0].Number, ImportOutcome.Left) { Reason = Changed }];
        }

        await RowEnds.WriteBackAsync(db, importId, ends, ct);
        job.Position = string.Create(CultureInfo.InvariantCulture, $"{ends[^1].Number}:{singly}");
        job.Done += ends.Count;
        job.Result = JsonSerializer.Serialize(ImportTally.Of(job.Result).Plus(ends), StrictJson.Options);
        return true;
    }

    private static IQueryable<ImportRow> Open(LeadsDb db, Guid importId) => db.ImportRows.AsNoTracking().Where(r =>
        r.ImportId == importId && r.Applied && (r.Outcome == ImportOutcome.Created || r.Outcome == ImportOutcome.Updated));

    /// <summary>Some rows, no two of which touch the same lead, investor or person.</summary>
    private sealed class RevertBatch(LeadsDb db, Caller caller, Actor actor)
    {
        private readonly List<EventRow> _events = [];
        private readonly List<Lead> _removed = [];
        private readonly List<Guid> _investors = [];
        private readonly List<Guid> _people = [];
        private readonly List<Guid> _contacts = [];
        private readonly List<Guid> _steps = [];
        private readonly List<(string Column, Guid Id, long Was, long Now)> _moved = [];
        private readonly HashSet<Guid> _touched = [];
        private Dictionary<Guid, Lead> _leads = [];
        private HashSet<Guid> _editable = [];
        private Dictionary<Guid, Investor> _knownInvestors = [];
        private Dictionary<Guid, Person> _knownPeople = [];
        private Dictionary<Guid, NextStep> _replaced = [];
        private Dictionary<Guid, int> _leadsOf = [];
        private Dictionary<Guid, int> _peopleOf = [];
        private HashSet<Guid> _inBin = [];
        private ProtectedInvestors _protected = ProtectedInvestors.None;

        public async Task LookAsync(List<ImportRow> rows, CancellationToken ct)
        {
            Guid[] investors = [.. rows.Select(r => r.InvestorId).OfType<Guid>().Distinct()];
            Guid[] leads = [.. rows.Select(r => r.LeadId).OfType<Guid>().Distinct()];
            Guid[] people = [.. rows.Select(r => r.PersonId).OfType<Guid>().Distinct()];
            _knownInvestors = (await db.Investors.FromSql($"select * from investor where id = any ({investors}) order by id for update")
                .ToListAsync(ct)).ToDictionary(i => i.Id);
            _leads = (await db.Leads.FromSql($"select * from lead where id = any ({leads}) order by id for update").ToListAsync(ct))
                .ToDictionary(l => l.Id);
            _editable = (await db.Leads.EditableBy(caller).Where(l => leads.Contains(l.Id)).Select(l => l.Id).ToListAsync(ct)).ToHashSet();
            _knownPeople = (await db.People.FromSql($"select * from person where id = any ({people}) order by id for update")
                .ToListAsync(ct)).ToDictionary(p => p.Id);
            Guid[] replaced = [.. rows.Select(r => Snapshots.Read(r.Before).IdOf("step")).OfType<Guid>()];
            _replaced = await db.NextSteps.Where(s => replaced.Contains(s.Id)).ToDictionaryAsync(s => s.Id, ct);
            Guid[] registered = [.. rows.Where(r => r.InvestorBefore == 0).Select(r => r.InvestorId).OfType<Guid>()];
            _leadsOf = await db.Leads.Where(l => registered.Contains(l.InvestorId)).GroupBy(l => l.InvestorId)
                .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
            _peopleOf = await db.People.Where(p => registered.Contains(p.InvestorId)).GroupBy(p => p.InvestorId)
                .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
            _inBin = (await db.Bin.Where(i => registered.Contains(i.InvestorId)).Select(i => i.InvestorId).ToListAsync(ct)).ToHashSet();
            var former = rows.Select(r => (Row: r, Facts: Former(r))).Where(f => f.Facts is not null).ToList();
            if (former.Count > 0)
            {
                _protected = await ProtectedInvestors.LookAsync(
                    db, caller, [.. former.Select(f => f.Row.InvestorId!.Value).Distinct()],
                    [.. former.SelectMany(f => f.Facts!.Keys).Distinct()], actor, ct);
            }
        }

        public List<RowEnd> Apply(List<ImportRow> rows)
        {
            var ends = new List<RowEnd>(rows.Count);
            foreach (var row in rows)
            {
                Guid[] touches = [.. new[] { row.LeadId, row.InvestorId, row.PersonId, row.LeadId is { } id
                    && _leads.TryGetValue(id, out var lead) ? lead.InvestorId : null }.OfType<Guid>()];
                if (touches.Any(_touched.Contains))
                {
                    break;
                }

                _touched.UnionWith(touches);
                var reason = Refusal(row);
                if (reason is null)
                {
                    Undo(row);
                }

                ends.Add(new RowEnd(row.Number, reason is null ? ImportOutcome.Reverted : ImportOutcome.Left) { Reason = reason });
            }

            return ends;
        }

        public async Task WriteAsync(CancellationToken ct)
        {
            Guid[] removed = [.. _removed.Select(l => l.Id)];
            foreach (var lead in _removed)
            {
                db.Entry(lead).State = EntityState.Detached;
            }

            await db.Database.ExecuteSqlAsync(
                $"""
                with gone as (select id from contact where channel in (3, 4) and (lead_id = any ({removed}) or id = any
                    ({_contacts.ToArray()})))
                delete from visit_clash where (earlier_lead_id = any ({_leads.Keys.ToArray()}) or later_lead_id = any
                    ({_leads.Keys.ToArray()}))
                    and (earlier_contact_id in (select id from gone) or later_contact_id in (select id from gone))
                """, ct);
            await db.Database.ExecuteSqlAsync(
                $"delete from contact where lead_id = any ({removed}) or id = any ({_contacts.ToArray()})", ct);
            await db.Database.ExecuteSqlAsync(
                $"delete from next_step where lead_id = any ({removed}) or id = any ({_steps.ToArray()})", ct);
            await db.Database.ExecuteSqlAsync($"delete from stage_move where lead_id = any ({removed})", ct);
            await db.Database.ExecuteSqlAsync($"delete from external_key where lead_id = any ({removed})", ct);
            db.ChangeTracker.DetectChanges();
            await db.SaveChangesAsync(ct);
            await db.Database.ExecuteSqlAsync($"delete from lead where id = any ({removed})", ct);
            await db.Database.ExecuteSqlAsync($"delete from person where id = any ({_people.ToArray()})", ct);
            await db.Database.ExecuteSqlAsync($"delete from investor where id = any ({_investors.ToArray()})", ct);
            await db.CopyAsync(_events, ct);
#pragma warning disable EF1002 // The column's name is one of three words of this class.
            foreach (var kind in _moved.GroupBy(m => m.Column))
            {
                // An earlier row, of this import or of one before it, wrote the version that this row found: give that row the version of
                // the restored values.
                await db.Database.ExecuteSqlRawAsync(
                    $"""
                    update import_row r set {kind.Key}_after = u.now from unnest(@id, @was, @now) as u (id, was, now)
                    where r.{kind.Key}_id = u.id and r.{kind.Key}_after = u.was
                    """,
                    [
                        new NpgsqlParameter<Guid[]>("id", [.. kind.Select(m => m.Id)]),
                        new NpgsqlParameter<long[]>("was", [.. kind.Select(m => m.Was)]),
                        new NpgsqlParameter<long[]>("now", [.. kind.Select(m => m.Now)]),
                    ], ct);
            }
#pragma warning restore EF1002
        }

        /// <summary>Why the row cannot be reverted; null when it can.</summary>
        private string? Refusal(ImportRow row)
        {
            if (!_leads.TryGetValue(row.LeadId!.Value, out var lead) || !_editable.Contains(lead.Id))
            {
                return Gone;
            }

            var changed = lead.Version != row.LeadAfter
                || (row.InvestorId is { } investor && (!_knownInvestors.TryGetValue(investor, out var i) || i.Version != row.InvestorAfter))
                || (row.PersonId is { } person && (!_knownPeople.TryGetValue(person, out var p) || p.Version != row.PersonAfter));
            // Others have opened further leads of the investor that it registered, or added people; what is in the bin may come back.
            var used = row is { InvestorId: { } registered, InvestorBefore: 0 }
                && (_leadsOf.GetValueOrDefault(registered) > 1 || _peopleOf.GetValueOrDefault(registered) > 1
                    || _inBin.Contains(registered));
            return changed || used ? Changed
                : Former(row) is { } former && _protected.Against(row.InvestorId!.Value, former.Keys) is not null ? Protected : null;
        }

        /// <summary>The facts that the row gives back to an investor; null when none.</summary>
        private InvestorFacts? Former(ImportRow row) =>
            row is { InvestorId: { } id, InvestorBefore: > 0 } && _knownInvestors.TryGetValue(id, out var investor)
                && Snapshots.Read(row.Before) is var before && before.Has("investor")
            ? investor.Facts() with
            {
                Name = before.TextOf("investor", nameof(Investor.Name))!,
                Uscc = before.TextOf("investor", nameof(Investor.Uscc)),
                ForeignRegistration = before.Of<ForeignRegistration>("investor", nameof(Investor.ForeignRegistration)),
            }
            : null;

        private void Undo(ImportRow row)
        {
            var lead = _leads[row.LeadId!.Value];
            var before = Snapshots.Read(row.Before);
            if (row.LeadBefore == 0)
            {
                lead.UndoImport(actor);
                _removed.Add(lead);
                _events.Add(db.EventRowOf(lead, new LeadRemoved { Lead = lead.State() }, 0));
            }
            else if (row.LeadAfter != row.LeadBefore)
            {
                before.PutBack("lead", db.Entry(lead));
                lead.UndoImport(actor);
                _events.Add(db.EventRowOf(lead, new LeadAmended { Lead = lead.State() }, 0));
                _moved.Add(("lead", lead.Id, row.LeadBefore, lead.Version));
            }

            if (row.ContactId is { } contact)
            {
                _contacts.Add(contact);
            }

            if (row.StepId is { } step)
            {
                _steps.Add(step);
                if (before.Has("step"))
                {
                    before.PutBack("step", db.Entry(_replaced[before.IdOf("step")!.Value]));
                }
            }

            if (row.PersonId is { } personId && row.PersonBefore == 0)
            {
                db.Entry(_knownPeople[personId]).State = EntityState.Detached;
                _people.Add(personId);
            }
            else if (row.PersonId is not null)
            {
                var person = _knownPeople[row.PersonId.Value];
                before.PutBack("person", db.Entry(person));
                person.UndoImport(actor);
                _moved.Add(("person", person.Id, row.PersonBefore, person.Version));
            }

            if (row.InvestorId is { } investorId && row.InvestorBefore == 0)
            {
                db.Entry(_knownInvestors[investorId]).State = EntityState.Detached;
                _investors.Add(investorId);
            }
            else if (row.InvestorId is not null)
            {
                var investor = _knownInvestors[row.InvestorId.Value];
                before.PutBack("investor", db.Entry(investor));
                investor.UndoImport(actor);
                _protected.Follow(investor.Id, investor.Keys, actor);
                _moved.Add(("investor", investor.Id, row.InvestorBefore, investor.Version));
            }
        }
    }
}
