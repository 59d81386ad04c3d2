using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Leads.Imports;

/// <summary>What a run of an import was asked to do.</summary>
internal sealed record ImportRun
{
    public required Guid ImportId { get; init; }
    public required bool DryRun { get; init; }
    public required ImportKey Key { get; init; }

    /// <summary>Who follows the leads that it opens, and in which unit.</summary>
    public required Guid OwnerId { get; init; }

    public required Guid UnitId { get; init; }
    public required string[] Fields { get; init; }

    /// <summary>Why investors are entered although ones like them are there.</summary>
    public string? DuplicateReason { get; init; }
}

/// <summary>How many rows came to which end.</summary>
public sealed record ImportTally
{
    public int Created { get; init; }
    public int Updated { get; init; }
    public int Unchanged { get; init; }
    public int Failed { get; init; }
    public int Reverted { get; init; }
    public int Left { get; init; }

    internal static ImportTally Of(string? result) =>
        result is null ? new() : JsonSerializer.Deserialize<ImportTally>(result, StrictJson.Options)!;

    internal ImportTally Plus(IReadOnlyCollection<RowEnd> ends)
    {
        int Count(ImportOutcome outcome) => ends.Count(e => e.Outcome == outcome);
        return new()
        {
            Created = Created + Count(ImportOutcome.Created),
            Updated = Updated + Count(ImportOutcome.Updated),
            Unchanged = Unchanged + Count(ImportOutcome.Unchanged),
            Failed = Failed + Count(ImportOutcome.Failed),
            Reverted = Reverted + Count(ImportOutcome.Reverted),
            Left = Left + Count(ImportOutcome.Left),
        };
    }
}

/// <summary>
/// Imports a batch of rows at each step: reads them, looks up what they meet at once, applies the rules of the trade to each, and
/// inserts new rows by COPY. Rows, leads, events and the job's position commit together, so a killed run continues where it was.
/// </summary>
internal sealed class ImportJob(IServiceProvider services, PeopleCodes codes, ProblemCatalog catalog, TimeProvider clock)
    : IJobKind<LeadsDb>
{
    public const string Kind = "leads.import";

    /// <summary>Rows of one step: a third of a second.</summary>
    private const int BatchSize = 500;

    public async Task<bool> StepAsync(LeadsDb db, Job job, Caller caller, CancellationToken ct)
    {
        var run = job.Read<ImportRun>();
        if (job.Position is null)
        {
            await BeginAsync(db, job, caller, run, ct);
            return true;
        }

        db.ChangeTracker.AutoDetectChangesEnabled = false;
        // The tables grow so fast that a plan made a moment ago reads them whole.
        await db.Database.ExecuteSqlAsync($"set local plan_cache_mode = force_custom_plan", ct);
        var from = int.Parse(job.Position, CultureInfo.InvariantCulture);
        var rows = await db.ImportRows.AsNoTracking().Where(r => r.ImportId == run.ImportId && r.Number > from && !r.Applied)
            .OrderBy(r => r.Number).Take(BatchSize).Select(r => new { r.Number, r.Cells }).ToListAsync(ct);
        if (rows.Count == 0)
        {
            return false;
        }

        var actor = new Actor(caller.Id, clock.GetUtcNow());
        var drafts = new List<ImportDraft>(rows.Count);
        foreach (var row in rows)
        {
            var draft = ImportFields.Draft(row.Number, row.Cells, run.Fields, clock.Today());
            draft.Faults.AddRange(await ShapeCheck.FaultsAsync(draft.Request, services, ct));
            drafts.Add(draft);
        }

        var batch = new ImportBatch(db, run, caller, actor, clock, Reason);
        await batch.LookAsync(drafts, ct);
        var apart = batch.Apart(drafts);
        batch.Codes = run.DryRun ? [] : await codes.TakeAsync("L", batch.MayOpen(apart), ct);
        var ends = batch.Apply(apart);
        if (run.DryRun)
        {
            db.ForgetAllBut(job);
        }
        else
        {
            await batch.WriteAsync(ct);
        }

        await RowEnds.WriteAsync(db, run.ImportId, ends, applied: !run.DryRun, ct);
        job.Position = ends[^1].Number.ToString(CultureInfo.InvariantCulture);
        job.Done += ends.Count;
        job.Result = JsonSerializer.Serialize(ImportTally.Of(job.Result).Plus(ends), StrictJson.Options);
        return true;
    }

    /// <summary>What is wrong, in the words of the table's headings.</summary>
    internal string Reason(IEnumerable<Fault> faults) => string.Join("；", faults.Select(fault =>
    {
        var words = catalog.Text(fault.Code, english: false, fault.Arguments);
        return fault.Pointer.Length > 1 ? $"{ImportFields.ChineseOf(fault.Pointer[1..])}：{words}" : words;
    }).Distinct());

    private static async Task BeginAsync(LeadsDb db, Job job, Caller caller, ImportRun run, CancellationToken ct)
    {
        await Permissions.CheckAgainAsync(db, caller, ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            update import_row set outcome = null, reason = null, lead_id = null
            where import_id = {run.ImportId} and not applied and outcome is not null
            """, ct);
        job.Total = await db.ImportRows.CountAsync(r => r.ImportId == run.ImportId && !r.Applied, ct);
        job.Position = "0";
    }
}

/// <summary>Whether somebody may still do what a job of theirs does.</summary>
internal static class Permissions
{
    /// <exception cref="RuleViolation"><c>officer.unknown</c>: the directory says that this person is not active any more, or has other
    /// roles.</exception>
    public static async Task CheckAgainAsync(LeadsDb db, Caller caller, CancellationToken ct)
    {
        var officer = caller.IsIntegration ? null : await db.Officers.AsNoTracking()
            .SingleOrDefaultAsync(o => o.OfficerId == caller.Id, ct);
        if (officer is not null && (!officer.Active || !officer.Roles.Any(LeadsService.Writers.Contains)))
        {
            throw new RuleViolation("officer.unknown");
        }
    }

    /// <summary>Takes everything but the job out of the context, so that nothing else is saved.</summary>
    public static void ForgetAllBut(this DbContext db, Job job)
    {
        foreach (var entry in db.ChangeTracker.Entries().Where(e => e.Entity != job).ToList())
        {
            entry.State = EntityState.Detached;
        }
    }
}

/// <summary>What became of a row; see <see cref="ImportRow"/>.</summary>
internal sealed record RowEnd(int Number, ImportOutcome Outcome)
{
    public string? Reason { get; init; }
    public Guid? LeadId { get; init; }
    public long LeadBefore { get; init; }
    public long LeadAfter { get; init; }
    public Guid? InvestorId { get; init; }
    public long InvestorBefore { get; init; }
    public long InvestorAfter { get; init; }
    public Guid? PersonId { get; init; }
    public long PersonBefore { get; init; }
    public long PersonAfter { get; init; }
    public Guid? ContactId { get; init; }
    public Guid? StepId { get; init; }
    public string? Before { get; init; }
}

internal static class RowEnds
{
    /// <summary>Notes the ends of many rows in one statement.</summary>
    public static Task WriteAsync(LeadsDb db, Guid importId, IReadOnlyList<RowEnd> ends, bool applied, CancellationToken ct) =>
        db.Database.ExecuteSqlRawAsync(
            """
            update import_row r set outcome = u.outcome, applied = @applied, reason = u.reason, lead_id = u.lead_id, lead_before =
                u.lead_before,
                lead_after = u.lead_after, investor_id = u.investor_id, investor_before = u.investor_before, investor_after =
                    u.investor_after,
                person_id = u.person_id, person_before = u.person_before, person_after = u.person_after, contact_id = u.contact_id,
                step_id = u.step_id, before = u.before::jsonb
            from unnest(@number, @outcome, @reason, @lead, @lead_before, @lead_after, @investor, @investor_before, @investor_after, @person,
                @person_before, @person_after, @contact, @step, @before)
                as u (number, outcome, reason, lead_id, lead_before, lead_after, investor_id, investor_before, investor_after, person_id,
                    person_before, person_after, contact_id, step_id, before)
            where r.import_id = @import and r.number = u.number
            """,
            [
                new NpgsqlParameter("import", importId),
                new NpgsqlParameter("applied", applied),
                Array("number", ends, e => e.Number),
                Array("outcome", ends, e => (int)e.Outcome),
                Array("reason", ends, e => e.Reason),
                Array("lead", ends, e => e.LeadId),
                Array("lead_before", ends, e => e.LeadBefore),
                Array("lead_after", ends, e => e.LeadAfter),
                Array("investor", ends, e => e.InvestorId),
                Array("investor_before", ends, e => e.InvestorBefore),
                Array("investor_after", ends, e => e.InvestorAfter),
                Array("person", ends, e => e.PersonId),
                Array("person_before", ends, e => e.PersonBefore),
                Array("person_after", ends, e => e.PersonAfter),
                Array("contact", ends, e => e.ContactId),
                Array("step", ends, e => e.StepId),
                Array("before", ends, e => e.Before),
            ], ct);

    /// <summary>Records that rows were reverted or left; what they had changed stays recorded.</summary>
    public static Task WriteBackAsync(LeadsDb db, Guid importId, IReadOnlyList<RowEnd> ends, CancellationToken ct) =>
        db.Database.ExecuteSqlRawAsync(
            """
            update import_row r set outcome = u.outcome, reason = u.reason from unnest(@number, @outcome, @reason) as u (number, outcome,
                reason)
            where r.import_id = @import and r.number = u.number
            """,
            [
                new NpgsqlParameter("import", importId),
                Array("number", ends, e => e.Number),
                Array("outcome", ends, e => (int)e.Outcome),
                Array("reason", ends, e => e.Reason),
            ], ct);

    private static NpgsqlParameter<T[]> Array<T>(string name, IReadOnlyList<RowEnd> ends, Func<RowEnd, T> of) =>
        new(name, [.. ends.Select(of)]);
}
