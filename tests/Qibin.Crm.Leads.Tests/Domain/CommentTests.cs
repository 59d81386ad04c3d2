using Qibin.Crm.Comments.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Tests.Domain;

/// <summary>Comments and instructions, whatever they are about.</summary>
public class CommentTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 2, 0, 0, TimeSpan.Zero);
    private static readonly Guid Subject = NewId();

    [Fact]
    public void T18_Leaders_chain_chiefs_and_coordinators_instruct_and_nobody_else_does()
    {
        foreach (var role in Roles.OfPeople.Append(Roles.Integration))
        {
            var author = Somebody(role);
            Assert.Equal(CommentState.Noted, Write(author, instruction: false).State);
            if (role is Roles.Leader or Roles.ChainChief or Roles.Coordinator)
            {
                Assert.Equal(CommentState.Open, Write(author, instruction: true).State);
            }
            else
            {
                Assert.Equal("comment.instructionRole", Assert.Throws<RuleViolation>(() => Write(author, instruction: true)).Code);
            }
        }
    }

    [Fact]
    public void T18_An_open_instruction_is_answered_once_by_somebody_else()
    {
        var (leader, officer) = (Somebody(Roles.Leader), NewId());
        var instruction = Write(leader, instruction: true);
        Assert.Equal("comment.ownInstruction", Refusal(() => instruction.CarryOut("已办", leader.Id, Now)));

        instruction.CarryOut("已约见客商", officer, Now);
        Assert.Equal((CommentState.Done, "已约见客商", officer, Now),
            (instruction.State, instruction.Outcome, instruction.DoneBy!.Value, instruction.DoneAt!.Value));
        Assert.Equal("comment.notOpen", Refusal(() => instruction.CarryOut("再办", officer, Now)));
        Assert.Equal("comment.done", Refusal(() => instruction.Withdraw("不需要了", leader.Id, Now)));
        Assert.Equal("comment.notOpen", Refusal(() => Write(leader, instruction: false).CarryOut("已办", officer, Now)));
    }

    [Fact]
    public void T18_The_author_alone_withdraws_a_comment_and_once()
    {
        var author = Somebody(Roles.Leader);
        var instruction = Write(author, instruction: true);
        Assert.Equal("comment.notAuthor", Refusal(() => instruction.Withdraw("误写", NewId(), Now)));

        instruction.Withdraw("误写", author.Id, Now);
        Assert.Equal((CommentState.Withdrawn, "误写"), (instruction.State, instruction.WithdrawalReason));
        Assert.Equal("comment.withdrawn", Refusal(() => instruction.Withdraw("误写", author.Id, Now)));
        Assert.Equal("comment.notOpen", Refusal(() => instruction.CarryOut("已办", NewId(), Now)));
    }

    [Fact]
    public void T18_Who_is_named_twice_is_named_once()
    {
        var named = NewId();
        Assert.Equal([named], Comment.Write(Subject, "请看", [named, named], false, null, Somebody(Roles.Officer), Now).Mentions);
    }

    private static string Refusal(Action change) => Assert.Throws<RuleViolation>(change).Code;

    private static Comment Write(Caller author, bool instruction) => Comment.Write(Subject, "请跟进", [], instruction, null, author, Now);

    private static Caller Somebody(string role) => Caller.From(new CallerClaims
    {
        Id = NewId(),
        UnitIds = [],
        Chains = [],
        Reach = Reach.All,
        Roles = [role],
        Scopes = [],
    });

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
