using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Comments.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Comments;

/// <summary>What a service with comments adds to itself: services, the table, who may comment.</summary>
public static class CommentsHost
{
    /// <summary>Everybody who works on journeys or watches over them: neither administrators nor auditors.</summary>
    public static IReadOnlyList<string> Writers { get; } = [.. Roles.OfTheTrade.Except([Roles.Auditor])];

    /// <summary>The order of comments: the newest first.</summary>
    public static Listing<Comment> Listing { get; } =
        new Listing<Comment>(c => c.Id, "-writtenAt").Sort("writtenAt", c => c.WrittenAt);

    /// <summary>What writing one does.</summary>
    public const string ToWrite = "Whoever reads the row may comment on it, but for auditors and administrators, and only leaders, chain"
        + " chiefs and coordinators instruct. The row's version stays, so several people comment at once. Who follows the row and"
        + " whom the comment mentions are told.";

    /// <summary>What the list of a row's comments holds.</summary>
    public const string ToList = "The comments on one row. A withdrawn one stays, without its text.";

    /// <summary>What reading one is for.</summary>
    public const string ToRead = "One comment. To answer or withdraw it, send its ETag as If-Match.";

    /// <summary>What answering an instruction does.</summary>
    public const string ToCarryOut = "Says what was done about an open instruction, which ends it; its author is told. Whoever may change"
        + " the row answers, but not the author.";

    /// <summary>What withdrawing one does.</summary>
    public const string ToWithdraw = "Withdraws a comment of one's own. It stays in the list, marked and without its text. An instruction"
        + " that was carried out is not withdrawn.";

    /// <summary>What the list of instructions holds.</summary>
    public const string ToFollowUp = "The instructions on all rows that the caller reads: with state=open those that are to be carried out,"
        + " with authorId those of one person. What waits for the caller is among the approvals as well.";

    /// <summary>Adds the service's comments and their problem texts.</summary>
    public static IServiceCollection AddComments<TComments>(this IServiceCollection services) where TComments : class =>
        services.AddScoped<TComments>().AddSingleton(new SharedProblems(new Dictionary<string, ProblemText>(StringComparer.Ordinal)
        {
            ["comment.instructionRole"] = new(
                "只有领导、链长和统筹岗可以作批示，请改为普通评论",
                "Leaders, chain chiefs and coordinators give instructions. Write a comment instead"),
            ["comment.dueOnOfInstruction"] = new("只有批示可以填写办结期限", "Only an instruction has a due date. Leave it out"),
            ["comment.dueBeforeToday"] = new("办结期限不能早于今天", "The due date is before today. Give today or a later day"),
            ["comment.cannotRead"] = new(
                "此人不在职或无权查看此事项，不能提及", "This person is not active or does not read this. Leave the mention out"),
            ["comment.notOpen"] = new("不是待办理的批示，或已办结、已撤回，请刷新后查看", "This is no open instruction. Read it again"),
            ["comment.ownInstruction"] = new(
                "不能办结本人作出的批示，如不再需要请撤回",
                "You do not answer your own instruction. Withdraw it when it is no longer needed"),
            ["comment.notAuthor"] = new("只有本人可以撤回评论", "Only its author withdraws a comment. Ask that person"),
            ["comment.withdrawn"] = new("评论已撤回", "The comment is withdrawn already"),
            ["comment.done"] = new(
                "批示已办结，不能撤回；如有补充请另写评论",
                "The instruction was carried out and stays. Write a further comment instead"),
        }));

    /// <summary>The table of the comments on rows of one kind. Deleting a row that has comments is refused.</summary>
    public static ModelBuilder AddComments<TRow>(this ModelBuilder model) where TRow : Aggregate
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<Comment>(comment =>
        {
            comment.ToTable("comment");
            comment.HasOne<TRow>().WithMany().HasForeignKey(x => x.SubjectId).OnDelete(DeleteBehavior.Restrict);
            comment.Property(x => x.Text).HasMaxLength(4000);
            comment.Property(x => x.Outcome).HasMaxLength(4000);
            comment.Property(x => x.WithdrawalReason).HasMaxLength(1000);
            comment.HasIndex(x => new { x.SubjectId, x.WrittenAt, x.Id });
            comment.HasIndex(x => new { x.WrittenAt, x.Id }, "instructions").HasDatabaseName("ix_comment_instruction")
                .HasFilter("instruction");
            comment.HasIndex(x => new { x.WrittenAt, x.Id }, "open").HasDatabaseName("ix_comment_open")
                .HasFilter($"state = {(int)CommentState.Open}");
        });
        return model;
    }
}
