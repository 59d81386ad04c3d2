using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Identity.Approvals;

/// <summary>Filters of what waits for a decision.</summary>
public sealed record ApprovalFilter
{
    /// <summary>Kinds, separated by commas.</summary>
    public Words<ApprovalKind>? Kind { get; init; }
}

/// <summary>What waits for the caller's decision, the longest waiting first.</summary>
public sealed record ApprovalsAnswer
{
    public required IReadOnlyList<Approval> Items { get; init; }

    /// <summary>More wait than are here: at most 200 of each service come at once. What is decided makes room.</summary>
    public required bool More { get; init; }

    /// <summary>Services that gave no answer. What waits there is missing here; ask again.</summary>
    public required IReadOnlyList<string> Missing { get; init; }
}

/// <summary>
/// Asks the services what waits for the caller's decision. Each answers by the rules by which it would take the decision.
/// </summary>
internal static class ReadApprovals
{
    private static readonly string[] Services = ["leads", "projects", "enterprises"];

    public static RouteGroupBuilder MapApprovals(this RouteGroupBuilder api)
    {
        api.MapGet("/approvals", Handle).Allow(null, Roles.OfPeople.ToArray())
            .WithName("listApprovals").WithSummary("待我审批 · What waits for my decision");
        return api;
    }

    private static async Task<Ok<ApprovalsAnswer>> Handle(
        [AsParameters] ApprovalFilter filter, Questions questions, Caller caller, CancellationToken ct)
    {
        var all = await AskAsync(questions, caller.Claims, ct);
        return TypedResults.Ok(filter.Kind is { Values: var kinds }
            ? all with { Items = [.. all.Items.Where(a => kinds.Contains(a.Kind))] } : all);
    }

    /// <summary>What waits for a person's decision, in all services.</summary>
    public static async Task<ApprovalsAnswer> AskAsync(Questions questions, CallerClaims person, CancellationToken ct)
    {
        var question = new ApprovalsQuery { Caller = person };
        var replies = await Task.WhenAll(
            Services.Select(service => questions.TryAskAsync<ApprovalsQuery, ApprovalsReply>(service, question, ct)));
        return new ApprovalsAnswer
        {
            Items = [.. replies.SelectMany(r => r?.Approvals ?? []).OrderBy(a => a.WaitsSince).ThenBy(a => a.Id)],
            More = replies.Any(r => r is { More: true }),
            Missing = [.. Services.Where((_, i) => replies[i] is null)],
        };
    }
}
