using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>By what a row finds the lead that it changes instead of opening a new one.</summary>
public enum ImportKey
{
    /// <summary>Each row opens a lead.</summary>
    None,

    /// <summary>The number that the lead has in the system it comes from; unique within the owner's unit.</summary>
    ExternalKey,

    /// <summary>The investor's unified social credit code: its newest lead.</summary>
    Uscc,

    /// <summary>The lead's own code.</summary>
    LeadCode,
}

/// <summary>A table that somebody imports 导入. Its rows are kept with the outcome of each, so that the import can be reverted.</summary>
internal sealed class Import : Aggregate
{
    /// <summary>How long rows are kept, and with them the right to take the import back.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private Import()
    {
    }

    [Audited]
    public string FileName { get; private set; } = "";
    public Guid CreatedBy { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>The file's headings; empty until it is uploaded.</summary>
    public string[] Headings { get; private set; } = [];

    /// <summary>Field of each column by name; empty where the column is not read.</summary>
    public string[] Fields { get; private set; } = [];

    public int Rows { get; private set; }

    /// <summary>The newest job, whatever it does.</summary>
    public Guid? JobId { get; private set; }

    /// <summary>Rows were, or are being, imported.</summary>
    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>When its reversal began.</summary>
    public DateTimeOffset? RevertedAt { get; private set; }

    public static Import Of(Guid id, string fileName, Actor actor)
    {
        var import = new Import { Id = id, FileName = fileName, CreatedBy = actor.By, CreatedAt = actor.At };
        import.Touch();
        return import;
    }

    /// <summary>Takes a file, in place of the one before; the job reads its rows.</summary>
    /// <exception cref="RuleViolation"><c>import.started</c>: its rows are already in.</exception>
    public void Load(Guid jobId, string[] headings, string[] fields)
    {
        RefuseStarted();
        (Headings, Fields, Rows, JobId) = (headings, fields, 0, jobId);
        Touch();
    }

    /// <summary>The file's rows have been read.</summary>
    public void Fill(int rows)
    {
        Rows = rows;
        Touch();
    }

    /// <summary>Begins a dry run, or the import itself; one that was cancelled goes on.</summary>
    /// <exception cref="RuleViolation"><c>import.empty</c>, <c>import.reverted</c>, <c>import.started</c>.</exception>
    /// <param name="jobId">The job.</param>
    /// <param name="fields">Field of each column.</param>
    /// <param name="dryRun">Look only.</param>
    /// <param name="finished">The newest job came to its end.</param>
    /// <param name="now">When it was asked for.</param>
    public void Execute(Guid jobId, string[] fields, bool dryRun, bool finished, DateTimeOffset now)
    {
        if (Rows == 0)
        {
            throw new RuleViolation("import.empty");
        }

        if (RevertedAt is not null)
        {
            throw new RuleViolation("import.reverted");
        }

        if (dryRun || finished)
        {
            RefuseStarted();
        }

        (JobId, Fields, StartedAt) = (jobId, fields, dryRun ? null : StartedAt ?? now);
        Touch();
    }

    /// <summary>Begins the reversal.</summary>
    /// <exception cref="RuleViolation"><c>import.notStarted</c>, <c>import.reverted</c>, <c>import.tooLate</c>.</exception>
    public void Revert(Guid jobId, DateTimeOffset now)
    {
        if (StartedAt is null)
        {
            throw new RuleViolation("import.notStarted");
        }

        if (RevertedAt is not null)
        {
            throw new RuleViolation("import.reverted");
        }

        if (now > CreatedAt + Kept)
        {
            throw new RuleViolation("import.tooLate");
        }

        (JobId, RevertedAt) = (jobId, now);
        Touch();
    }

    private void RefuseStarted()
    {
        if (StartedAt is not null)
        {
            throw new RuleViolation("import.started");
        }
    }
}

/// <summary>What became of a row.</summary>
public enum ImportOutcome
{
    /// <summary>It opened a lead.</summary>
    Created,

    /// <summary>It changed a lead.</summary>
    Updated,

    /// <summary>The data was the same already.</summary>
    Unchanged,

    /// <summary>It was refused; the reason says why.</summary>
    Failed,

    /// <summary>Its effects are reverted.</summary>
    Reverted,

    /// <summary>Somebody changed it afterwards, so it was not reverted.</summary>
    Left,
}

/// <summary>One row of an import, and what became of it. What it changed is known well enough to be put back exactly.</summary>
internal sealed class ImportRow
{
    public required Guid ImportId { get; init; }

    /// <summary>Row of the file, from 1 as a spreadsheet counts.</summary>
    public required int Number { get; init; }

    public required string?[] Cells { get; init; }

    /// <summary>Null while it is still to be done.</summary>
    public ImportOutcome? Outcome { get; init; }

    /// <summary>The outcome is that of the import itself, not of a dry run.</summary>
    public bool Applied { get; init; }

    /// <summary>Why it was refused, or left; in Chinese, for the table that goes back.</summary>
    public string? Reason { get; init; }

    /// <summary>The lead of the row, with its version before and after; before is 0 for one that it opened.</summary>
    public Guid? LeadId { get; init; }

    public long LeadBefore { get; init; }
    public long LeadAfter { get; init; }

    /// <summary>The investor that the row registered or changed, likewise.</summary>
    public Guid? InvestorId { get; init; }

    public long InvestorBefore { get; init; }
    public long InvestorAfter { get; init; }

    /// <summary>The person that the row added or changed, likewise.</summary>
    public Guid? PersonId { get; init; }

    public long PersonBefore { get; init; }
    public long PersonAfter { get; init; }

    /// <summary>The contact and the next step that it logged on a lead that was there.</summary>
    public Guid? ContactId { get; init; }

    public Guid? StepId { get; init; }

    /// <summary>What it changed as it stood before: properties of lead, investor, person and open next step, as JSON.</summary>
    public string? Before { get; init; }
}

/// <summary>The number by which another system knows a lead.</summary>
internal sealed class ExternalKey
{
    public required Guid UnitId { get; init; }
    public required string Key { get; init; }
    public required Guid LeadId { get; init; }
}
