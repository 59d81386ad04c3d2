using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;

namespace Qibin.Crm.Projects.Stages;

/// <summary>The evidence that a stage asks for.</summary>
public sealed record StageGateAnswer
{
    public required ProjectStage To { get; init; }

    /// <summary>Fields of the submission; <c>outputThreshold</c> and <c>taxThreshold</c> are the project's own.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>Types of documents, at least one of each.</summary>
    public required IReadOnlyList<DocumentType> Documents { get; init; }

    /// <summary>Roles of which the approver has one; the approver is never the submitter.</summary>
    public required IReadOnlyList<string> Approvers { get; init; }

    /// <summary>A further document that large contracts need.</summary>
    public StageGateAboveAnswer? Above { get; init; }

    internal static StageGateAnswer Of(StageGate gate) =>
        new()
        {
            To = gate.To,
            Fields = [.. gate.Fields.Select(f => f.Name)],
            Documents = gate.Documents,
            Approvers = gate.Approvers,
            Above = gate.Above is { } above ? new StageGateAboveAnswer { ContractAmountFrom = above.From, Document = above.Type } : null,
        };
}

/// <summary>A document that is needed from a contract amount on; another currency counts at the rate of the day.</summary>
public sealed record StageGateAboveAnswer
{
    public required Money ContractAmountFrom { get; init; }
    public required DocumentType Document { get; init; }
}

/// <summary>All gates in the order of the journey.</summary>
public sealed record StageGatesAnswer
{
    public required IReadOnlyList<StageGateAnswer> Items { get; init; }
}

/// <summary>Lists for each stage which evidence a submission needs, and which roles approve it.</summary>
internal static class ListStageGates
{
    private static readonly StageGatesAnswer Answer = new() { Items = [.. StageGates.All.Select(StageGateAnswer.Of)] };

    public static Ok<StageGatesAnswer> Handle() => TypedResults.Ok(Answer);
}
