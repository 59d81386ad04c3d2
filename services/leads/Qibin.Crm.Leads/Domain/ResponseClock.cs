using System.ComponentModel;
using System.Text.Json.Serialization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>Times of the response clock 响应时限, in working days of the district.</summary>
public sealed record ResponseRules : IRules
{
    static Guid IRules.Id { get; } = new("0191d000-0000-7000-8000-000000000004");

    /// <summary>
    /// The day from which time counts, so that what lay open before breaches nothing at once: shipped with the day of installation.
    /// </summary>
    public DateOnly? StartOn { get; init; }

    /// <summary>From the opening until a named officer has the lead.</summary>
    [DefaultValue(1)]
    public int OfficerDays { get; init; } = 1;

    /// <summary>From the opening until the assessment is concluded.</summary>
    [DefaultValue(3)]
    public int AssessmentDays { get; init; } = 3;

    /// <summary>From the opening until the investor has an answer.</summary>
    [DefaultValue(7)]
    public int FeedbackDays { get; init; } = 7;

    /// <summary>From the answer, and from each report, until the next report.</summary>
    [DefaultValue(14)]
    public int ReportDays { get; init; } = 14;

    internal int Days(ResponseKind kind) => kind switch
    {
        ResponseKind.Officer => OfficerDays,
        ResponseKind.Assessment => AssessmentDays,
        ResponseKind.Feedback => FeedbackDays,
        _ => ReportDays,
    };
}

/// <summary>What deadlines are computed by.</summary>
internal sealed record ResponseTerms(WorkingCalendar Calendar, ResponseRules Rules);

/// <summary>Whether the clock runs: 计时中, 等待客商, 在公海, 已结束.</summary>
public enum ClockState { Running, Paused, Pooled, Ended }

/// <summary>Days on which the clock was paused, and why.</summary>
/// <param name="From">The first day that does not count.</param>
/// <param name="To">The first day that counts again; null while the clock is paused.</param>
/// <param name="Reason">What the investor is waited for.</param>
/// <param name="By">Who paused it.</param>
internal sealed record ClockPause(DateOnly From, DateOnly? To, string Reason, Guid By);

/// <summary>A deadline.</summary>
/// <param name="Kind">What must be done.</param>
/// <param name="On">The last day that is in time.</param>
/// <param name="Breached">It passed, and that was published: later changes of the calendar or the times do not move it.</param>
internal sealed record ResponseDeadline(ResponseKind Kind, DateOnly On, bool Breached = false);

/// <summary>
/// The response clock of a lead. It counts by the server's time of recording: an answer that is not recorded does not count. Officer,
/// assessment and
/// feedback count from the opening, a report from the answer or the report before it. What counts:
/// <list type="bullet">
/// <item>officer: the lead was opened by or for an officer, was assigned, transferred or picked, or its assessment was begun;</item>
/// <item>assessment: its conclusion;</item>
/// <item>feedback: a contact, logged after the assessment was concluded, of that business date or later; the conversion as well;</item>
/// <item>report: each further contact that is not older than the latest one.</item>
/// </list>
/// It ends when the lead is closed, and when it is converted: from there on the project's lights and monthly progress watch. Reopened,
/// and picked from the pool, where it has no responsible owner, it counts the open tasks from the beginning. One missed deadline is one
/// breach.
/// </summary>
internal sealed record ResponseClock
{
    public ClockState State { get; init; }

    /// <summary>The day of the opening, reopening or picking.</summary>
    public DateOnly From { get; init; }

    public DateOnly? OfficerOn { get; init; }
    public DateOnly? AssessedOn { get; init; }
    public DateOnly? FeedbackOn { get; init; }

    /// <summary>The latest report, or the answer.</summary>
    public DateOnly? ReportedOn { get; init; }

    public ClockPause[] Pauses { get; init; } = [];

    /// <summary>What is open, in order of kind.</summary>
    public ResponseDeadline[] Deadlines { get; init; } = [];

    /// <summary>The kinds with an open breach.</summary>
    [JsonIgnore]
    public IEnumerable<ResponseKind> Breached => Deadlines.Where(d => d.Breached).Select(d => d.Kind);

    /// <summary>The next deadline that can still be kept.</summary>
    [JsonIgnore]
    public DateOnly? NextOn => Deadlines.Where(d => !d.Breached).Min(d => (DateOnly?)d.On);

    public static ResponseClock Started(DateOnly today, bool named) => new() { From = today, OfficerOn = named ? today : null };

    public ResponseClock Named(DateOnly today) =>
        State == ClockState.Pooled ? Restarted(today) : this with { OfficerOn = OfficerOn ?? today };

    public ResponseClock Assessed(DateOnly today) => Named(today) with { AssessedOn = AssessedOn ?? today };

    /// <summary>The investor was spoken to.</summary>
    public ResponseClock Answered(DateOnly today) =>
        AssessedOn is null ? this : this with { FeedbackOn = FeedbackOn ?? today, ReportedOn = today };

    /// <exception cref="RuleViolation"><c>clock.paused</c>, <c>clock.notRunning</c>.</exception>
    public ResponseClock Paused(DateOnly today, string reason, Guid by) => State switch
    {
        ClockState.Running => this with { State = ClockState.Paused, Pauses = [.. Pauses, new ClockPause(today, null, reason, by)] },
        ClockState.Paused => throw new RuleViolation("clock.paused"),
        _ => throw new RuleViolation("clock.notRunning"),
    };

    /// <exception cref="RuleViolation"><c>clock.notPaused</c>.</exception>
    public ResponseClock Resumed(DateOnly today) =>
        State == ClockState.Paused ? EndPause(today) with { State = ClockState.Running } : throw new RuleViolation("clock.notPaused");

    public ResponseClock Ended(DateOnly today) => EndPause(today) with { State = ClockState.Ended };

    public ResponseClock Pooled(DateOnly today) => State == ClockState.Ended ? this : EndPause(today) with { State = ClockState.Pooled };

    /// <summary>Counts the open tasks from the beginning.</summary>
    public ResponseClock Restarted(DateOnly today) =>
        this with { State = ClockState.Running, From = today, OfficerOn = OfficerOn ?? today, Pauses = [] };

    /// <summary>With deadlines by the calendar and the times; breached ones stay.</summary>
    public ResponseClock Scheduled(ResponseTerms terms)
    {
        if (State is ClockState.Pooled or ClockState.Ended)
        {
            return this with { Deadlines = [] };
        }

        Standstill[] pauses = [.. Pauses.Select(p => new Standstill(p.From, p.To))];
        var begin = terms.Rules.StartOn is { } start && start > From ? start : From;
        return this with { Deadlines = [.. Open().Select(Deadline).OfType<ResponseDeadline>()] };

        ResponseDeadline? Deadline(ResponseKind kind)
        {
            if (Deadlines.FirstOrDefault(d => d.Kind == kind && d.Breached) is { } breached
                && !(kind == ResponseKind.Report && ReportedOn > breached.On))
            {
                return breached;
            }

            var from = kind == ResponseKind.Report && ReportedOn is { } reported && reported > begin ? reported : begin;
            return terms.Calendar.After(from, terms.Rules.Days(kind), pauses) is { } on ? new ResponseDeadline(kind, on) : null;
        }
    }

    /// <summary>Notes which deadlines have passed.</summary>
    /// <param name="today">The day it is.</param>
    /// <param name="lapsed">Those that were not noted before.</param>
    public ResponseClock Lapsed(DateOnly today, out IReadOnlyList<ResponseDeadline> lapsed)
    {
        lapsed = [.. Deadlines.Where(d => !d.Breached && d.On < today)];
        return lapsed.Count == 0 ? this
            : this with { Deadlines = [.. Deadlines.Select(d => d.On < today ? d with { Breached = true } : d)] };
    }

    /// <summary>Whether what this deadline asked for has been done.</summary>
    public bool Met(ResponseKind kind, DateOnly dueOn) => kind switch
    {
        ResponseKind.Officer => OfficerOn,
        ResponseKind.Assessment => AssessedOn,
        ResponseKind.Feedback => FeedbackOn,
        _ => ReportedOn > dueOn ? ReportedOn : null,
    } is not null;

    private IEnumerable<ResponseKind> Open()
    {
        if (OfficerOn is null)
        {
            yield return ResponseKind.Officer;
        }

        if (AssessedOn is null)
        {
            yield return ResponseKind.Assessment;
        }

        yield return FeedbackOn is null ? ResponseKind.Feedback : ResponseKind.Report;
    }

    private ResponseClock EndPause(DateOnly today) =>
        Pauses is [.. var ended, { To: null } last] ? this with { Pauses = [.. ended, last with { To = today }] } : this;
}

/// <summary>A deadline of a lead's response clock that passed 超时.</summary>
internal sealed class ResponseBreach : Aggregate
{
    private ResponseBreach()
    {
    }

    public Guid LeadId { get; private init; }
    public ResponseKind Kind { get; private init; }
    public DateOnly DueOn { get; private init; }

    /// <summary>With whom the lead was then.</summary>
    public Guid OwnerId { get; private init; }

    public Guid UnitId { get; private init; }
    public DateTimeOffset BreachedAt { get; private init; }
    public BreachState State { get; private set; }

    /// <summary>The day on which it was done or dropped.</summary>
    public DateOnly? EndedOn { get; private set; }

    public static ResponseBreach Of(Guid id, Guid leadId, ResponseDeadline deadline, Guid ownerId, Guid unitId, DateTimeOffset now)
    {
        var breach = new ResponseBreach
        {
            Id = id,
            LeadId = leadId,
            Kind = deadline.Kind,
            DueOn = deadline.On,
            OwnerId = ownerId,
            UnitId = unitId,
            BreachedAt = now,
        };
        breach.Touch();
        return breach;
    }

    public void Move(BreachState state, DateOnly today)
    {
        (State, EndedOn) = (state, state == BreachState.Open ? null : today);
        Touch();
    }
}
