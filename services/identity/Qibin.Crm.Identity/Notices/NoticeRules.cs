using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Notices;

/// <summary>Whom a notice is for: one person, a unit's heads, the head over somebody, or everybody with a role.</summary>
internal abstract record Audience
{
    public sealed record OnePerson(Guid PersonId) : Audience;

    /// <summary>The heads of the unit, or of the nearest unit above it that has one.</summary>
    public sealed record Heads(Guid UnitId) : Audience;

    /// <summary>The heads of the person's unit but for the person itself; the auditors of somebody who has no head.</summary>
    public sealed record HeadsOver(Guid PersonId) : Audience;

    public sealed record InRole(string Role) : Audience;
}

/// <summary>A notice before it is known who its audience is.</summary>
internal sealed record PlannedNotice(NoticeKind Kind, Audience To, Guid? SubjectId)
{
    public Guid[] Also { get; init; } = [];
    public Guid? UnitId { get; init; }
    public int? Number { get; init; }

    /// <summary>The comment that it tells of.</summary>
    public Guid? CommentId { get; init; }
}

/// <summary>Who is told what by which event. Nobody is told of what they did themselves.</summary>
internal static class NoticeRules
{
    /// <summary>Days after which something that is entered late is history, as of a register that is taken over, and no news.</summary>
    public const int NewsDays = 7;

    /// <summary>The notices of an event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="today">The day on which it was recorded.</param>
    public static IEnumerable<PlannedNotice> Of(IEvent happened, DateOnly today) =>
        HappenedOn(happened) < today.AddDays(-NewsDays) ? [] : Of(happened);

    private static DateOnly? HappenedOn(IEvent happened) => happened switch
    {
        LeadAssigned e => e.OccurredOn,
        ResponseBreached e => e.DueOn,
        ProjectStageReached e => e.OccurredOn,
        ProjectSteppedBack e => e.OccurredOn,
        ProjectStatusChanged e => e.OccurredOn,
        _ => null,
    };

    private static IEnumerable<PlannedNotice> Of(IEvent happened) => happened switch
    {
        LeadAssigned e => [new(NoticeKind.LeadAssigned, new Audience.OnePerson(e.Lead.OwnerId), e.Lead.LeadId)],
        TalksOverlapped e => Of(e),
        VisitsClashed e =>
        [
            new(NoticeKind.VisitsClashed, new Audience.Heads(e.EarlierUnitId), e.EarlierLeadId)
            {
                Also = [e.LaterLeadId],
                UnitId = e.LaterUnitId,
            },
            new(NoticeKind.VisitsClashed, new Audience.Heads(e.LaterUnitId), e.LaterLeadId)
            {
                Also = [e.EarlierLeadId],
                UnitId = e.EarlierUnitId,
            },
        ],
        TransferMoved e => Of(e),
        ClaimMoved e => Of(e),
        PoolWarned e => [new(NoticeKind.PoolWarned, new Audience.OnePerson(e.OwnerId), e.LeadId)],
        LeadPooled e => ToOwnerAndHeads(NoticeKind.LeadPooled, e.OwnerId, e.UnitId, e.LeadId),
        ResponseBreached e => ToOwnerAndHeads(NoticeKind.ResponseBreached, e.OwnerId, e.UnitId, e.LeadId),
        ProjectStageReached e => ToOwner(e),
        ProjectSteppedBack e => ToOwner(e),
        ProjectStatusChanged e => ToOwner(e),
        // Whatever day it is about: the correction itself is news.
        ProjectStageDateCorrected e => ToOwner(e),
        ProjectMoveDateCorrected e => ToOwner(e),
        ProjectContractCorrected e => ToOwner(e),
        UnmaskingLimitReached e =>
            [new(NoticeKind.UnmaskingLimit, new Audience.HeadsOver(e.CallerId), e.CallerId) { Number = e.People }],
        ICommentEvent e => Of(e.Comment),
        CalendarMissing e => [new(NoticeKind.CalendarMissing, new Audience.InRole(Roles.Administrator), null) { Number = e.Year }],
        _ => [],
    };

    private static IEnumerable<PlannedNotice> Of(TalksOverlapped e)
    {
        var first = e.Others[0];
        yield return new(NoticeKind.InvestorElsewhere, new Audience.Heads(e.UnitId), e.InvestorId)
        {
            Also = [e.LeadId, .. e.Others.Select(o => o.LeadId)],
            UnitId = first.UnitId,
        };
        foreach (var unit in e.Others.GroupBy(o => o.UnitId).Where(g => g.Key != e.UnitId))
        {
            yield return new(NoticeKind.InvestorElsewhere, new Audience.Heads(unit.Key), e.InvestorId)
            {
                Also = [e.LeadId],
                UnitId = e.UnitId,
            };
        }
    }

    private static IEnumerable<PlannedNotice> Of(TransferMoved e) => e.State switch
    {
        TransferState.Proposed =>
        [
            new(NoticeKind.TransferProposed, new Audience.OnePerson(e.ToOwnerId), e.TransferId),
            new(NoticeKind.TransferProposed, new Audience.Heads(e.ToUnitId), e.TransferId),
        ],
        TransferState.Accepted => [new(NoticeKind.TransferAccepted, new Audience.InRole(Roles.Coordinator), e.TransferId)],
        TransferState.Confirmed =>
        [
            new(NoticeKind.TransferConfirmed, new Audience.Heads(e.FromUnitId), e.TransferId),
            new(NoticeKind.TransferConfirmed, new Audience.Heads(e.ToUnitId), e.TransferId),
        ],
        TransferState.Declined or TransferState.Lapsed or TransferState.Refused =>
            [new(NoticeKind.TransferEnded, new Audience.Heads(e.FromUnitId), e.TransferId)],
        _ => [],
    };

    private static IEnumerable<PlannedNotice> Of(ClaimMoved e) => (e.From, e.State) switch
    {
        (null, ClaimState.Pending) => [new(NoticeKind.ClaimFiled, new Audience.InRole(Roles.Coordinator), e.LeadId)],
        (not ClaimState.Disputed, ClaimState.Disputed) =>
        [
            new(NoticeKind.ClaimDisputed, new Audience.InRole(Roles.Coordinator), e.LeadId),
            new(NoticeKind.ClaimDisputed, new Audience.Heads(e.UnitId), e.LeadId),
        ],
        (ClaimState.Pending or ClaimState.Disputed, ClaimState.Protected or ClaimState.Extended) =>
            [new(NoticeKind.ClaimConfirmed, new Audience.Heads(e.UnitId), e.LeadId)],
        (not (null or ClaimState.Expired or ClaimState.Released), ClaimState.Expired or ClaimState.Released) =>
            [new(NoticeKind.ClaimEnded, new Audience.Heads(e.UnitId), e.LeadId)],
        _ => [],
    };

    /// <summary>One notice for each person whom a comment concerns. Enterprises have no owner; service officers are instructed.</summary>
    private static IEnumerable<PlannedNotice> Of(CommentFacts c)
    {
        IEnumerable<PlannedNotice> named = c.Mentions.Select(person => To(NoticeKind.Mentioned, person));
        return c.State switch
        {
            CommentState.Open =>
            [
                c.OwnerId is { } owner ? To(NoticeKind.InstructionGiven, owner)
                    : new(NoticeKind.InstructionGiven, new Audience.InRole(Roles.ServiceOfficer), c.SubjectId) { CommentId = c.CommentId },
                // Who may not answer it is named only: it is no work of that person.
                .. c.Mentions.Where(person => person != c.OwnerId).Select(
                    person => To(c.Answerers.Contains(person) ? NoticeKind.InstructionGiven : NoticeKind.Mentioned, person)),
            ],
            CommentState.Noted when c.OwnerId is { } owner && !c.Mentions.Contains(owner) =>
                [To(NoticeKind.Commented, owner), .. named],
            CommentState.Noted => named,
            CommentState.Done => [To(NoticeKind.InstructionDone, c.AuthorId)],
            _ => [],
        };

        PlannedNotice To(NoticeKind kind, Guid person) =>
            new(kind, new Audience.OnePerson(person), c.SubjectId) { CommentId = c.CommentId };
    }

    private static IEnumerable<PlannedNotice> ToOwnerAndHeads(NoticeKind kind, Guid ownerId, Guid unitId, Guid leadId) =>
        [new(kind, new Audience.OnePerson(ownerId), leadId), new(kind, new Audience.Heads(unitId), leadId)];

    private static IEnumerable<PlannedNotice> ToOwner(IProjectEvent e) =>
        [new(NoticeKind.ProjectMoved, new Audience.OnePerson(e.Project.OwnerId), e.Project.ProjectId)];
}
