namespace Qibin.Crm.Identity.Domain;

/// <summary>What a person is told of 通知.</summary>
public enum NoticeKind
{
    LeadAssigned, InvestorElsewhere, VisitsClashed, TransferProposed, TransferAccepted, TransferConfirmed, TransferEnded, ClaimFiled,
    ClaimConfirmed, ClaimDisputed, ClaimEnded, PoolWarned, LeadPooled, ResponseBreached, ProjectMoved, UnmaskingLimit, OpenWork,
    CalendarMissing, Digest, Mentioned, Commented, InstructionGiven, InstructionDone,
}

/// <summary>
/// Something that one person is told once. It holds no name: what its subject is called, and whether the person may still read it, is asked
/// of the subject's service when the notice is read.
/// </summary>
internal sealed class Notice
{
    /// <summary>Days that a notice is kept.</summary>
    public const int KeptDays = 90;

    public required Guid Id { get; init; }
    public required Guid PersonId { get; init; }
    public required NoticeKind Kind { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>What it is about; null of the person's own day.</summary>
    public Guid? SubjectId { get; init; }

    /// <summary>Further leads that it tells of. It is withheld while one of them is confidential to the person.</summary>
    public Guid[] Also { get; init; } = [];

    /// <summary>The other unit that it tells of.</summary>
    public Guid? UnitId { get; init; }

    /// <summary>A year, or how many.</summary>
    public int? Number { get; init; }

    public DayNumbers? Day { get; init; }

    /// <summary>The comment that it tells of.</summary>
    public Guid? CommentId { get; init; }

    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>When it was sent by e-mail.</summary>
    public DateTimeOffset? MailedAt { get; init; }
}

/// <summary>Numbers of leads with something to do on a day.</summary>
public record DueNumbers
{
    public required int Overdue { get; init; }
    public required int DueToday { get; init; }

    /// <summary>Due within the next seven days.</summary>
    public required int Upcoming { get; init; }

    public required int WithoutNextStep { get; init; }

    /// <summary>Kept leads to come back to.</summary>
    public required int Revisits { get; init; }

    /// <summary>Leads with an open breach of the response clock.</summary>
    public required int Breaches { get; init; }

    internal bool Any => Overdue + DueToday + Upcoming + WithoutNextStep + Revisits + Breaches > 0;

    internal static DueNumbers Sum(IEnumerable<DueNumbers> all) => all.Aggregate(
        new DueNumbers { Overdue = 0, DueToday = 0, Upcoming = 0, WithoutNextStep = 0, Revisits = 0, Breaches = 0 },
        (sum, d) => new DueNumbers
        {
            Overdue = sum.Overdue + d.Overdue,
            DueToday = sum.DueToday + d.DueToday,
            Upcoming = sum.Upcoming + d.Upcoming,
            WithoutNextStep = sum.WithoutNextStep + d.WithoutNextStep,
            Revisits = sum.Revisits + d.Revisits,
            Breaches = sum.Breaches + d.Breaches,
        });
}

/// <summary>What a working day brings a person.</summary>
public sealed record DayNumbers
{
    public required DateOnly On { get; init; }

    /// <summary>The person's own leads; null when there is nothing to do.</summary>
    public DueNumbers? Own { get; init; }

    /// <summary>The leads of the units that a head answers for, of all units for a leader or coordinator.</summary>
    public DueNumbers? Team { get; init; }

    /// <summary>What waits for the person's decision; null when a service did not say.</summary>
    public int? Approvals { get; init; }
}

/// <summary>A person's digest of one day while it is being put together; its id is the person's.</summary>
internal sealed class PendingDigest
{
    public required Guid Id { get; init; }
    public required DateOnly On { get; init; }

    /// <summary>When it is made; null once it is.</summary>
    public DateTimeOffset? DueAt { get; set; }

    public int Attempts { get; set; }
    public DueNumbers? Own { get; set; }
}

/// <summary>That a person has notices to be sent by e-mail; its id is the person's.</summary>
internal sealed class Mailing
{
    public required Guid Id { get; init; }
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Failures in a row.</summary>
    public int Attempts { get; set; }
}
