using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Notices;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Tests.Domain;

/// <summary>Who is told what, and when e-mail is sent.</summary>
public class NoticeRulesTests
{
    private static readonly Guid Lead = IdentityFixture.NewId();
    private static readonly Guid Unit = IdentityFixture.NewId();
    private static readonly DateOnly Today = new(2026, 5, 6);

    [Fact]
    public void T2_The_heads_of_both_sides_are_told_each_unit_once()
    {
        var (investor, mine, theirs) = (IdentityFixture.NewId(), IdentityFixture.NewId(), IdentityFixture.NewId());
        var (other, another) = (Talk(theirs), Talk(theirs));
        var planned = Plan(new TalksOverlapped
        {
            LeadId = Lead,
            InvestorId = investor,
            UnitId = mine,
            OwnerId = IdentityFixture.NewId(),
            Others = [other, another, Talk(mine)],
        });

        Assert.Equal([new Audience.Heads(mine), new Audience.Heads(theirs)], planned.Select(p => p.To));
        Assert.All(planned, p => Assert.Equal((NoticeKind.InvestorElsewhere, investor), (p.Kind, p.SubjectId)));
        Assert.Equal([theirs, mine], planned.Select(p => p.UnitId));
        // Whatever one side is told goes when a lead of the other side becomes confidential.
        Assert.Contains(other.LeadId, planned[0].Also);
        Assert.Equal([Lead], planned[1].Also);

        static LeadInTalks Talk(Guid unit) => new() { LeadId = IdentityFixture.NewId(), UnitId = unit, OwnerId = IdentityFixture.NewId() };
    }

    [Theory]
    [InlineData(null, ClaimState.Pending, NoticeKind.ClaimFiled)]
    [InlineData(ClaimState.Pending, ClaimState.Protected, NoticeKind.ClaimConfirmed)]
    [InlineData(ClaimState.Protected, ClaimState.Disputed, NoticeKind.ClaimDisputed)]
    [InlineData(ClaimState.Disputed, ClaimState.Protected, NoticeKind.ClaimConfirmed)]
    [InlineData(ClaimState.Protected, ClaimState.Expired, NoticeKind.ClaimEnded)]
    [InlineData(ClaimState.Disputed, ClaimState.Released, NoticeKind.ClaimEnded)]
    [InlineData(ClaimState.Protected, ClaimState.Extended, null)]
    [InlineData(ClaimState.Protected, ClaimState.Protected, null)]
    public void A_claim_is_told_of_when_its_state_changes(ClaimState? from, ClaimState to, NoticeKind? kind)
    {
        var planned = Plan(new ClaimMoved
        {
            ClaimId = IdentityFixture.NewId(),
            LeadId = Lead,
            InvestorId = IdentityFixture.NewId(),
            UnitId = Unit,
            From = from,
            State = to,
            ClaimedAt = DateTimeOffset.UnixEpoch,
            FilingRequired = false,
            TaskForceRequired = false,
        });

        Assert.Equal(kind is { } k ? [k] : [], planned.Select(p => p.Kind).Distinct());
        Assert.All(planned, p => Assert.Equal(Lead, p.SubjectId));
    }

    [Theory]
    [InlineData(TransferState.Proposed, NoticeKind.TransferProposed, 2)]
    [InlineData(TransferState.Accepted, NoticeKind.TransferAccepted, 1)]
    [InlineData(TransferState.Confirmed, NoticeKind.TransferConfirmed, 2)]
    [InlineData(TransferState.Refused, NoticeKind.TransferEnded, 1)]
    [InlineData(TransferState.Lapsed, NoticeKind.TransferEnded, 1)]
    [InlineData(TransferState.Withdrawn, null, 0)]
    public void Whoever_acts_next_on_a_transfer_is_told(TransferState state, NoticeKind? kind, int audiences)
    {
        var planned = Plan(new TransferMoved
        {
            TransferId = IdentityFixture.NewId(),
            LeadId = Lead,
            FromUnitId = Unit,
            ToUnitId = IdentityFixture.NewId(),
            ToOwnerId = IdentityFixture.NewId(),
            State = state,
            Shares = [],
            OccurredOn = new DateOnly(2026, 5, 6),
        });

        Assert.Equal(audiences, planned.Count);
        Assert.All(planned, p => Assert.Equal(kind, p.Kind));
    }

    [Fact]
    public void Every_kind_of_notice_has_a_text_in_both_languages() => Assert.All(Enum.GetValues<NoticeKind>(), kind =>
    {
        var text = NoticeTexts.Of(kind).Split(" · ");
        Assert.Equal(2, text.Length);
        Assert.All(text[0], c => Assert.False(char.IsAsciiLetter(c)));
        Assert.All(text[1], c => Assert.True(char.IsAscii(c)));
    });

    [Theory]
    [InlineData(21, 7, "2026-05-06T12:59:00Z", "2026-05-06T12:59:00Z")]
    [InlineData(21, 7, "2026-05-06T13:00:00Z", "2026-05-06T23:00:00Z")]
    [InlineData(21, 7, "2026-05-06T17:30:00Z", "2026-05-06T23:00:00Z")]
    [InlineData(21, 7, "2026-05-06T23:00:00Z", "2026-05-06T23:00:00Z")]
    [InlineData(12, 14, "2026-05-06T05:00:00Z", "2026-05-06T06:00:00Z")]
    [InlineData(12, 14, "2026-05-06T06:00:00Z", "2026-05-06T06:00:00Z")]
    [InlineData(0, 0, "2026-05-06T17:30:00Z", "2026-05-06T17:30:00Z")]
    public void Nothing_is_sent_in_quiet_hours(int from, int until, string now, string sent) =>
        Assert.Equal(At(sent), new MailSettings { QuietFrom = from, QuietUntil = until }.NotBefore(At(now)));

    [Theory]
    [InlineData(0, 2)]
    [InlineData(7, 2)]
    [InlineData(8, 0)]
    public void What_is_entered_long_after_it_happened_is_no_news(int days, int told)
    {
        var planned = NoticeRules.Of(new ResponseBreached
        {
            BreachId = IdentityFixture.NewId(),
            LeadId = Lead,
            Kind = ResponseKind.Assessment,
            DueOn = Today.AddDays(-days),
            OwnerId = IdentityFixture.NewId(),
            UnitId = Unit,
            OccurredOn = Today,
        }, Today);
        Assert.Equal(told, planned.Count());
    }

    [Fact]
    public void T18_A_comment_is_told_to_everybody_whom_it_concerns_once()
    {
        var (owner, author, named) = (IdentityFixture.NewId(), IdentityFixture.NewId(), IdentityFixture.NewId());

        Assert.Equal([(NoticeKind.Commented, owner), (NoticeKind.Mentioned, named)], Told(owner, CommentState.Noted, named));
        Assert.Equal([(NoticeKind.Mentioned, owner), (NoticeKind.Mentioned, named)], Told(owner, CommentState.Noted, owner, named));
        Assert.Equal([(NoticeKind.Mentioned, named)], Told(null, CommentState.Noted, named));
        // Who may not answer an instruction is named only.
        Assert.Equal([(NoticeKind.InstructionGiven, owner), (NoticeKind.Mentioned, named)], Told(owner, CommentState.Open, owner, named));
        Assert.Equal(
            [(NoticeKind.InstructionGiven, owner), (NoticeKind.InstructionGiven, named)],
            Plan(Event(owner, CommentState.Open, named).Answered(named))
                .Select(p => (p.Kind, Assert.IsType<Audience.OnePerson>(p.To).PersonId)));
        Assert.Equal([(NoticeKind.InstructionDone, author)], Told(owner, CommentState.Done, named));
        Assert.Empty(Told(owner, CommentState.Withdrawn, named));
        Assert.Equal(new Audience.InRole(Roles.ServiceOfficer), Assert.Single(Plan(Event(null, CommentState.Open))).To);

        IEnumerable<(NoticeKind, Guid)> Told(Guid? owner, CommentState state, params Guid[] mentions) =>
            Plan(Event(owner, state, mentions)).Select(p => (p.Kind, Assert.IsType<Audience.OnePerson>(p.To).PersonId));

        LeadCommented Event(Guid? owner, CommentState state, params Guid[] mentions) => new()
        {
            Comment = new CommentFacts
            {
                CommentId = IdentityFixture.NewId(),
                SubjectId = Lead,
                OwnerId = owner,
                AuthorId = author,
                Mentions = mentions,
                State = state,
            },
        };
    }

    /// <summary>Whatever the day that was corrected.</summary>
    [Fact]
    public void T3_The_owner_of_a_project_is_told_of_what_was_corrected()
    {
        var project = new ProjectState
        {
            ProjectId = IdentityFixture.NewId(),
            Code = "P-2026-000001",
            Name = "虚构项目",
            LeadId = Lead,
            InvestorId = IdentityFixture.NewId(),
            Stage = ProjectStage.Signed,
            StageOn = Today.AddDays(-90),
            Status = ProjectStatus.Active,
            OwnerId = IdentityFixture.NewId(),
            UnitId = Unit,
            PaidIn = [],
            Confidential = false,
            Readers = [],
        };
        var then = Today.AddDays(-90);
        IEvent[] corrections =
        [
            new ProjectMoveDateCorrected
            {
                Project = project,
                MoveVersion = 3,
                PreviousOn = Today,
                OccurredOn = then,
                ApproverId = Unit,
            },
            new ProjectContractCorrected { Project = project, Amount = new Money(1, "CNY"), OccurredOn = then, ApproverId = Unit },
            new ProjectStageDateCorrected
            {
                Project = project,
                MoveVersion = 2,
                Stage = ProjectStage.Signed,
                PreviousOn = Today,
                OccurredOn = then,
            },
        ];
        Assert.All(corrections, c =>
        {
            var planned = Assert.Single(Plan(c));
            Assert.Equal(
                (NoticeKind.ProjectMoved, new Audience.OnePerson(project.OwnerId), project.ProjectId),
                (planned.Kind, planned.To, planned.SubjectId!.Value));
        });
    }

    private static List<PlannedNotice> Plan(IEvent happened) => [.. NoticeRules.Of(happened, Today)];

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

file static class Answering
{
    /// <summary>The same instruction, with people who may answer it.</summary>
    public static LeadCommented Answered(this LeadCommented told, params Guid[] people) =>
        told with { Comment = told.Comment with { Answerers = people } };
}
