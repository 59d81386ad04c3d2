using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts;

/// <summary>Asks a service what waits for the decision of a person.</summary>
public sealed record ApprovalsQuery
{
    /// <summary>The person, as the access token says.</summary>
    public required CallerClaims Caller { get; init; }
}

/// <summary>The longest waiting first.</summary>
public sealed record ApprovalsReply
{
    /// <summary>Approvals of one reply.</summary>
    public const int Most = 200;

    public required Approval[] Approvals { get; init; }

    /// <summary>More wait than are here.</summary>
    public required bool More { get; init; }

    /// <summary>A reply of these, of which each kind came with one more than <see cref="Most"/> if there were so many.</summary>
    public static ApprovalsReply Of(IEnumerable<Approval> approvals)
    {
        var ordered = approvals.OrderBy(a => a.WaitsSince).ThenBy(a => a.Id).ToArray();
        return new ApprovalsReply { Approvals = [.. ordered.Take(Most)], More = ordered.Length > Most };
    }
}

/// <summary>
/// What is to be decided: a stage of a project or a correction of its date, a transfer that the own unit may take, an accepted transfer, a
/// referrer, a first-report claim, a dispute about one, an entry application; and an instruction 批示 to be carried out.
/// </summary>
public enum ApprovalKind { Stage, TransferAnswer, TransferConfirmation, Referrer, Claim, ClaimDispute, EntryApplication, Instruction }

/// <summary>Something that waits for a decision.</summary>
public sealed record Approval
{
    public required ApprovalKind Kind { get; init; }

    /// <summary>The submission, transfer, referrer, claim, dispute, application or instruction.</summary>
    public required Guid Id { get; init; }

    /// <summary>The code of the lead, project, enterprise or application that it is about.</summary>
    public required string Code { get; init; }

    /// <summary>Its name: the investor's, the project's or the enterprise's.</summary>
    public required string Name { get; init; }

    /// <summary>Who asked for it.</summary>
    [Named]
    public required Guid RequestedBy { get; init; }

    public required DateTimeOffset WaitsSince { get; init; }

    /// <summary>When it lapses undecided, or an instruction is overdue; null when it does not.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Address at which to read it.</summary>
    public required string Path { get; init; }
}
