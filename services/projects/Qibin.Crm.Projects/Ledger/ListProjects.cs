using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Ledger;

/// <summary>Filters of the list of projects.</summary>
public sealed record ListProjectsQuery
{
    /// <summary>Stages, separated by commas.</summary>
    public Words<ProjectStage>? Stage { get; init; }

    /// <summary>Statuses, separated by commas.</summary>
    public Words<ProjectStatus>? Status { get; init; }

    public Guid? OwnerId { get; init; }

    /// <summary>Projects whose owner is active, or whose owner was deactivated.</summary>
    public bool? OwnerActive { get; init; }

    public Guid? UnitId { get; init; }

    /// <summary>Industry chain, by code.</summary>
    [Line(40)]
    public string? Chain { get; init; }

    /// <summary>Node of an industry chain, by code.</summary>
    [ChainNodeCode]
    public string? Node { get; init; }

    public Guid? LeadId { get; init; }
    public Guid? EnterpriseId { get; init; }

    /// <summary>Least contract amount, in the main unit of <c>currency</c>.</summary>
    public decimal? AmountFrom { get; init; }

    /// <summary>Largest contract amount, in the main unit of <c>currency</c>.</summary>
    public decimal? AmountTo { get; init; }

    /// <summary>Currency of the contract amount, ISO 4217; needed with <c>amountFrom</c> and <c>amountTo</c>.</summary>
    [Line(3, 3)]
    public string? Currency { get; init; }

    /// <summary>Changed at this instant or later.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }

    /// <summary>
    /// Part of the name, code, investor's or enterprise's name, of 2 to 100 characters; or pinyin of the name (<c>weixing</c>), or the
    /// initials of its pinyin (<c>wxzd</c>).
    /// </summary>
    [Line(100, 2)]
    public string? Q { get; init; }
}

/// <summary>A project in a list.</summary>
public sealed record ProjectRow
{
    public required Guid Id { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public required ProjectStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required ProjectStatus Status { get; init; }

    /// <summary>Whether a submission waits for approval.</summary>
    public required bool SubmissionOpen { get; init; }

    [Named]
    public required Guid OwnerId { get; init; }

    [Named]
    public required Guid UnitId { get; init; }

    [Named]
    public string? ChainCode { get; init; }

    [Named]
    public string? NodeCode { get; init; }

    public Money? ContractAmount { get; init; }

    /// <summary>One sum per currency; sums of different currencies are never added.</summary>
    public required IReadOnlyList<Money> PaidIn { get; init; }

    /// <summary>Investment completed so far 完成投资, one sum per currency.</summary>
    public required IReadOnlyList<Money> CompletedInvestment { get; init; }

    public Guid? EnterpriseId { get; init; }
    public string? EnterpriseName { get; init; }
    public DateOnly? MovedInOn { get; init; }
    public required bool Confidential { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    internal static ProjectRow Of(Project project) => new()
    {
        Id = project.Id,
        Code = project.Code,
        Name = project.Name,
        LeadId = project.LeadId,
        InvestorId = project.InvestorId,
        InvestorName = project.InvestorName,
        Stage = project.Stage,
        StageOn = project.StageOn,
        Status = project.Status,
        SubmissionOpen = project.OpenSubmissionId is not null,
        OwnerId = project.OwnerId,
        UnitId = project.UnitId,
        ChainCode = project.ChainCode,
        NodeCode = project.NodeCode,
        ContractAmount = project.ContractAmount,
        PaidIn = project.PaidIn,
        CompletedInvestment = project.CompletedInvestment,
        EnterpriseId = project.EnterpriseId,
        EnterpriseName = project.EnterpriseName,
        MovedInOn = project.MovedInOn,
        Confidential = project.Confidential,
        CreatedAt = project.CreatedAt,
        UpdatedAt = project.UpdatedAt,
        Version = project.Version,
    };
}

/// <summary>Lists the projects that the caller may see, page by page.</summary>
internal static class ListProjects
{
    public static readonly Listing<Project> Listing = new Listing<Project>(p => p.Id, "-updatedAt")
        .Sort("updatedAt", p => p.UpdatedAt)
        .Sort("createdAt", p => p.CreatedAt)
        .Sort("stageOn", p => p.StageOn)
        .Sort("code", p => p.Code)
        .Sort("name", p => p.Name);

    public static async Task<Ok<Page<ProjectRow>>> Handle(
        [AsParameters] ListProjectsQuery filter, [AsParameters] PageQuery page, HttpRequest request, ProjectsDb db, Caller caller,
        CancellationToken ct) =>
        TypedResults.Ok(await Listing.PageAsync(
            Filter(db, db.Projects.AsNoTracking().ReadableBy(caller), filter), page, request, ProjectRow.Of, ct));

    internal static IQueryable<Project> Filter(ProjectsDb db, IQueryable<Project> rows, ListProjectsQuery filter)
    {
        if (filter.Currency is null ? (filter.AmountFrom ?? filter.AmountTo) is not null : !Currencies.IsKnown(filter.Currency))
        {
            throw Refusal.Invalid("currency", filter.Currency is null ? "amount.currencyNeeded" : "currency.unknown");
        }

        if (filter.AmountFrom > filter.AmountTo)
        {
            throw Refusal.Invalid("amountFrom", "amount.range");
        }

        if (filter.Stage?.Values is { } stages)
        {
            rows = rows.Where(p => stages.Contains(p.Stage));
        }

        if (filter.Status?.Values is { } statuses)
        {
            rows = rows.Where(p => statuses.Contains(p.Status));
        }

        if (filter.OwnerId is { } owner)
        {
            rows = rows.Where(p => p.OwnerId == owner);
        }

        if (filter.OwnerActive is { } active)
        {
            rows = rows.Where(p => db.Officers.Any(o => o.OfficerId == p.OwnerId && o.Active) == active);
        }

        if (filter.UnitId is { } unit)
        {
            rows = rows.Where(p => p.UnitId == unit);
        }

        if (filter.Chain is { } chain)
        {
            rows = rows.Where(p => p.ChainCode == chain);
        }

        if (filter.Node is { } node)
        {
            rows = rows.Where(p => p.NodeCode == node);
        }

        if (filter.LeadId is { } lead)
        {
            rows = rows.Where(p => p.LeadId == lead);
        }

        if (filter.EnterpriseId is { } enterprise)
        {
            rows = rows.Where(p => p.EnterpriseId == enterprise);
        }

        if (filter.Currency is { } currency)
        {
            rows = rows.Where(p => p.ContractAmount!.Currency == currency);
        }

        if (filter.AmountFrom is { } from)
        {
            rows = rows.Where(p => p.ContractAmount!.Amount >= from);
        }

        if (filter.AmountTo is { } to)
        {
            rows = rows.Where(p => p.ContractAmount!.Amount <= to);
        }

        if (filter.UpdatedSince?.ToUniversalTime() is { } since)
        {
            rows = rows.Where(p => p.UpdatedAt >= since);
        }

        if (filter.Q is { } q)
        {
            rows = rows.Named(q, p => p.SearchKey, p => p.SearchTokens);
        }

        return rows;
    }
}
