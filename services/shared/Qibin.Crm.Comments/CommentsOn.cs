using System.Linq.Expressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Comments.Domain;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Comments;

/// <summary>
/// The comments on rows of one kind. Who reads a row reads its comments and may write one; who may change the row answers its instructions.
/// A service says by which predicates.
/// </summary>
public abstract class CommentsOn<TDb, TRow>(TDb db, TimeProvider clock) where TDb : DbContext, IServiceDb where TRow : Aggregate
{
    /// <summary>Address of the list of rows.</summary>
    protected abstract string Path { get; }

    /// <summary>What comments need to know of a row.</summary>
    protected abstract Expression<Func<TRow, CommentedRow>> Facts { get; }

    /// <summary>The rows whose comments somebody reads and writes.</summary>
    protected abstract IQueryable<TRow> ReadableBy(Caller caller);

    /// <summary>The rows whose instructions somebody answers.</summary>
    protected abstract IQueryable<TRow> EditableBy(Caller caller);

    /// <summary>The roles that answer instructions, of the rows that they may change.</summary>
    protected abstract IReadOnlyList<string> Answerers { get; }

    /// <summary>Those of them whose instructions wait for this person even when they do not name it.</summary>
    protected abstract IQueryable<TRow> With(Caller caller);

    /// <summary>The event of a comment.</summary>
    protected abstract ICommentEvent Event(CommentFacts comment);

    /// <summary>Writes a comment or gives an instruction.</summary>
    /// <exception cref="Refusal">400: an unfit due date, or a mention of somebody who does not read the row.</exception>
    /// <exception cref="RuleViolation"><c>comment.instructionRole</c>.</exception>
    public async Task<Results<Created<Receipt>, NotFound>> WriteAsync(
        Guid rowId, CommentRequest request, Caller caller, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(caller);
        if (await ReadableBy(caller).Where(r => r.Id == rowId).Select(Facts).SingleOrDefaultAsync(ct) is not { } row)
        {
            return TypedResults.NotFound();
        }

        var (instructs, mentions) = (request.Instruction == true, request.Mentions ?? []);
        if (request.DueOn is { } due && (!instructs || due < clock.Today()))
        {
            throw Refusal.Invalid("/dueOn", instructs ? "comment.dueBeforeToday" : "comment.dueOnOfInstruction");
        }

        var named = await NamedAsync(rowId, mentions, ct);
        var comment = Comment.Write(rowId, request.Text!, mentions, instructs, request.DueOn, caller, clock.GetUtcNow());
        db.Add(comment);
        await SaveAsync(comment, row, instructs ? await WhoAnswerAsync(rowId, named, ct) : [], ct);
        return TypedResults.Created(Address(rowId, comment.Id), new Receipt { Id = comment.Id, Version = comment.Version });
    }

    /// <summary>The comments on a row.</summary>
    public async Task<Results<Ok<Page<CommentAnswer>>, NotFound>> ListAsync(
        Guid rowId, PageQuery page, HttpRequest request, Caller caller, CancellationToken ct) =>
        await ReadableBy(caller).AnyAsync(r => r.Id == rowId, ct)
            ? TypedResults.Ok(await CommentsHost.Listing.PageAsync(
                db.Set<Comment>().AsNoTracking().Where(c => c.SubjectId == rowId), page, request, CommentAnswer.From, ct))
            : TypedResults.NotFound();

    /// <summary>One comment.</summary>
    public async Task<Results<Ok<CommentAnswer>, NotFound>> ReadAsync(Guid rowId, Guid commentId, Caller caller, CancellationToken ct) =>
        await Of(ReadableBy(caller), rowId).AsNoTracking().SingleOrDefaultAsync(c => c.Id == commentId, ct) is { } comment
            ? TypedResults.Ok(CommentAnswer.From(comment))
            : TypedResults.NotFound();

    /// <summary>The instructions on all rows that the caller reads.</summary>
    public async Task<Ok<Page<InstructionAnswer>>> ListInstructionsAsync(
        InstructionQuery query, PageQuery page, HttpRequest request, Caller caller, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(query);
        var rows = ReadableBy(caller);
        var instructions = db.Set<Comment>().AsNoTracking().Where(c => c.Instruction && rows.Any(r => r.Id == c.SubjectId));
        if (query.State is { Values: var states })
        {
            instructions = instructions.Where(c => states.Contains(c.State));
        }

        if (query.AuthorId is { } author)
        {
            instructions = instructions.Where(c => c.AuthorId == author);
        }

        var found = await CommentsHost.Listing.PageAsync(instructions, page, request, CommentAnswer.From, ct);
        Guid[] ids = [.. found.Items.Select(c => c.SubjectId).Distinct()];
        var subjects = await rows.Where(r => ids.Contains(r.Id)).Select(Facts).ToDictionaryAsync(r => r.Id, ct);
        return TypedResults.Ok(new Page<InstructionAnswer>
        {
            // What became confidential between the two questions is left out.
            Items = [.. found.Items.Where(c => subjects.ContainsKey(c.SubjectId)).Select(c => new InstructionAnswer
            {
                Comment = c,
                Code = subjects[c.SubjectId].Code,
                Name = subjects[c.SubjectId].Name,
                Path = Address(c.SubjectId, c.Id),
            })],
            Next = found.Next,
            Total = found.Total,
        });
    }

    /// <summary>Says what was done about an instruction.</summary>
    /// <exception cref="RuleViolation"><c>comment.notOpen</c>, <c>comment.ownInstruction</c>.</exception>
    public async Task<Results<Ok<Receipt>, NotFound>> CarryOutAsync(
        Guid rowId, Guid commentId, OutcomeRequest request, IfMatch ifMatch, Caller caller, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(caller);
        return await ChangeAsync(EditableBy(caller), rowId, commentId, ifMatch,
            comment => comment.CarryOut(request.Text!, caller.Id, clock.GetUtcNow()), ct);
    }

    /// <summary>Withdraws a comment of the caller's own.</summary>
    /// <exception cref="RuleViolation"><c>comment.notAuthor</c>, <c>comment.withdrawn</c>, <c>comment.done</c>.</exception>
    public async Task<Results<Ok<Receipt>, NotFound>> WithdrawAsync(
        Guid rowId, Guid commentId, CommentWithdrawalRequest request, IfMatch ifMatch, Caller caller, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(caller);
        return await ChangeAsync(ReadableBy(caller), rowId, commentId, ifMatch,
            comment => comment.Withdraw(request.Reason!, caller.Id, clock.GetUtcNow()), ct);
    }

    /// <summary>
    /// The open instructions that wait for this person: on the rows that are with it, and on others that it may change and that name it.
    /// Nobody answers an own one.
    /// </summary>
    public async Task<IReadOnlyList<Approval>> WaitingForAsync(Caller caller, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (!MayAnswer(caller))
        {
            return [];
        }

        var (me, own, editable) = (caller.Id, With(caller), EditableBy(caller));
        var waiting = await db.Set<Comment>().AsNoTracking()
            .Where(c => c.State == CommentState.Open && c.AuthorId != me
                && (own.Any(r => r.Id == c.SubjectId) || (c.Mentions.Contains(me) && editable.Any(r => r.Id == c.SubjectId))))
            .OrderBy(c => c.WrittenAt).ThenBy(c => c.Id).Take(ApprovalsReply.Most + 1)
            .Join(db.Set<TRow>().Select(Facts), c => c.SubjectId, r => r.Id, (c, r) => new { Comment = c, Row = r }).ToListAsync(ct);
        return waiting.ConvertAll(w => new Approval
        {
            Kind = ApprovalKind.Instruction,
            Id = w.Comment.Id,
            Code = w.Row.Code,
            Name = w.Row.Name,
            RequestedBy = w.Comment.AuthorId,
            WaitsSince = w.Comment.WrittenAt,
            DueAt = w.Comment.DueOn?.AddDays(1).Begins(),
            Path = Address(w.Comment.SubjectId, w.Comment.Id),
        });
    }

    private async Task<Results<Ok<Receipt>, NotFound>> ChangeAsync(
        IQueryable<TRow> rows, Guid rowId, Guid commentId, IfMatch ifMatch, Action<Comment> change, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(ifMatch);
        if (await Of(rows, rowId).ForUpdate(commentId, ct) is not { } comment
            || await rows.Where(r => r.Id == rowId).Select(Facts).SingleOrDefaultAsync(ct) is not { } row)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(comment);
        change(comment);
        await SaveAsync(comment, row, [], ct);
        return TypedResults.Ok(new Receipt { Id = comment.Id, Version = comment.Version });
    }

    private async Task SaveAsync(Comment comment, CommentedRow row, IReadOnlyList<Guid> answerers, CancellationToken ct)
    {
        db.Publish(comment, Event(new CommentFacts
        {
            CommentId = comment.Id,
            SubjectId = comment.SubjectId,
            OwnerId = row.OwnerId,
            AuthorId = comment.AuthorId,
            Mentions = comment.Mentions,
            Answerers = answerers,
            State = comment.State,
            DueOn = comment.DueOn,
        }), comment.SubjectId);
        await db.SaveChangesAsync(ct);
    }

    private bool MayAnswer(Caller person) => Answerers.Any(role => person.Is(role));

    /// <summary>Those of the people named who may answer an instruction on the row.</summary>
    private async Task<IReadOnlyList<Guid>> WhoAnswerAsync(Guid rowId, IReadOnlyList<Caller> named, CancellationToken ct)
    {
        var answerers = new List<Guid>();
        foreach (var person in named.Where(MayAnswer))
        {
            if (await EditableBy(person).AnyAsync(r => r.Id == rowId, ct))
            {
                answerers.Add(person.Id);
            }
        }

        return answerers;
    }

    /// <summary>
    /// The people whom a comment names. Somebody who is unknown, inactive or does not read the row is refused, all alike: so a mention
    /// gives no access, and the refusal says nothing of the person.
    /// </summary>
    private async Task<IReadOnlyList<Caller>> NamedAsync(Guid rowId, IReadOnlyList<Guid> mentions, CancellationToken ct)
    {
        var readers = new Dictionary<Guid, Caller>();
        foreach (var person in mentions.Count == 0 ? [] : await db.CallersAsync(mentions, ct))
        {
            if (Roles.OfTheTrade.Any(role => person.Is(role)) && await ReadableBy(person).AnyAsync(r => r.Id == rowId, ct))
            {
                readers[person.Id] = person;
            }
        }

        var faults = mentions.Index().Where(m => !readers.ContainsKey(m.Item))
            .Select(m => new Fault($"/mentions/{m.Index}", "comment.cannotRead")).ToList();
        if (faults.Count > 0)
        {
            throw Refusal.Invalid(faults);
        }

        return [.. readers.Values];
    }

    private IQueryable<Comment> Of(IQueryable<TRow> rows, Guid rowId) =>
        db.Set<Comment>().Where(c => c.SubjectId == rowId && rows.Any(r => r.Id == rowId));

    private string Address(Guid rowId, Guid commentId) => $"{Path}/{rowId}/comments/{commentId}";
}
