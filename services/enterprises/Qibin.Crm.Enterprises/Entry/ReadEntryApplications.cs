using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>Filters of the list of entry applications.</summary>
public sealed record EntryApplicationQuery
{
    public Words<EntryState>? State { get; init; }
    public Guid? EnterpriseId { get; init; }
    public Guid? ProjectId { get; init; }

    /// <summary>Applications that want this space.</summary>
    public Guid? SpaceId { get; init; }

    /// <summary>Changed at this instant or later.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }
}

/// <summary>An entry application as lists show it.</summary>
public sealed record EntryApplicationSummary
{
    public required Guid Id { get; init; }

    /// <summary>The code people use, such as <c>EA-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required Guid EnterpriseId { get; init; }
    public required Guid? ProjectId { get; init; }
    public required EntryState State { get; init; }

    /// <summary>Business date of the present state.</summary>
    public required DateOnly StateOn { get; init; }

    public required IReadOnlyList<Guid> SpaceIds { get; init; }

    /// <summary>First day.</summary>
    public required DateOnly WantedFrom { get; init; }

    /// <summary>First day no longer wanted.</summary>
    public required DateOnly? WantedTo { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>One move of an application.</summary>
public sealed record EntryMoveAnswer
{
    /// <summary>Null when it was drafted.</summary>
    public required EntryState? From { get; init; }

    public required EntryState To { get; init; }

    /// <summary>Business date.</summary>
    public required DateOnly On { get; init; }

    /// <summary>Who took the step.</summary>
    [Named]
    public required Guid OfficerId { get; init; }

    /// <summary>Who recorded it; differs when an integration did.</summary>
    [Named]
    public required Guid RecordedBy { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }
    public required string? Opinion { get; init; }
}

/// <summary>One reviewer's score sheet.</summary>
public sealed record EntryReviewAnswer
{
    /// <summary>Only reviews of the application's present round count.</summary>
    public required int Round { get; init; }

    public required int SheetVersion { get; init; }
    public required IReadOnlyList<IndicatorScore> Scores { get; init; }

    /// <summary>Of 100.</summary>
    public required int Total { get; init; }

    public required IReadOnlyList<string> Vetoes { get; init; }

    /// <summary>Business date.</summary>
    public required DateOnly On { get; init; }

    [Named]
    public required Guid ReviewerId { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }
    public required string Opinion { get; init; }
}

/// <summary>The fair-competition review on record.</summary>
public sealed record FairCompetitionAnswer
{
    public required FairCompetitionConclusion Conclusion { get; init; }
    public required string DocumentNumber { get; init; }
    public required DateOnly On { get; init; }

    [Named]
    public required Guid OfficerId { get; init; }
}

/// <summary>An entry application with its history.</summary>
public sealed record EntryApplicationDetail : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>The code people use, such as <c>EA-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required Guid EnterpriseId { get; init; }
    public required Guid? ProjectId { get; init; }
    public required EntryState State { get; init; }

    /// <summary>Business date of the present state.</summary>
    public required DateOnly StateOn { get; init; }

    public required IReadOnlyList<Guid> SpaceIds { get; init; }

    /// <summary>First day.</summary>
    public required DateOnly WantedFrom { get; init; }

    /// <summary>First day no longer wanted.</summary>
    public required DateOnly? WantedTo { get; init; }

    public required string? PreferentialTerms { get; init; }
    public required string? Note { get; init; }

    /// <summary>Number of times it was accepted.</summary>
    public required int Round { get; init; }

    public required FairCompetitionAnswer? FairCompetitionReview { get; init; }
    public required string? AgreementNumber { get; init; }

    /// <summary>The tenancy that moving in opened.</summary>
    public required Guid? TenancyId { get; init; }

    public required bool Confidential { get; init; }
    public required IReadOnlyList<EntryMoveAnswer> History { get; init; }
    public required IReadOnlyList<EntryReviewAnswer> Reviews { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>Reads entry applications.</summary>
internal static class ReadEntryApplications
{
    public static readonly Listing<EntryApplication> Listing = new Listing<EntryApplication>(a => a.Id, "-updatedAt")
        .Sort("updatedAt", a => a.UpdatedAt).Sort("stateOn", a => a.StateOn).Sort("wantedFrom", a => a.WantedFrom)
        .Sort("code", a => a.Code);

    internal static async Task<Ok<Page<EntryApplicationSummary>>> List(
        [AsParameters] EntryApplicationQuery query, [AsParameters] PageQuery page, HttpRequest request, EnterprisesDb db, Caller caller,
        CancellationToken ct) =>
        TypedResults.Ok(await Listing.PageAsync(Filter(db, caller, query), page, request, Summary, ct));

    internal static IQueryable<EntryApplication> Filter(EnterprisesDb db, Caller caller, EntryApplicationQuery query)
    {
        var rows = db.EntryApplications.AsNoTracking().DisclosedTo(caller);
        if (query.State is { Values: var states })
        {
            rows = rows.Where(a => states.Contains(a.State));
        }

        if (query.EnterpriseId is { } enterprise)
        {
            rows = rows.Where(a => a.EnterpriseId == enterprise);
        }

        if (query.ProjectId is { } project)
        {
            rows = rows.Where(a => a.ProjectId == project);
        }

        if (query.SpaceId is { } space)
        {
            rows = rows.Where(a => a.SpaceIds.Contains(space));
        }

        if (query.UpdatedSince?.ToUniversalTime() is { } since)
        {
            rows = rows.Where(a => a.UpdatedAt >= since);
        }

        return rows;
    }

    private static EntryApplicationSummary Summary(EntryApplication a) => new()
    {
        Id = a.Id,
        Code = a.Code,
        EnterpriseId = a.EnterpriseId,
        ProjectId = a.ProjectId,
        State = a.State,
        StateOn = a.StateOn,
        SpaceIds = a.SpaceIds,
        WantedFrom = a.WantedFrom,
        WantedTo = a.WantedTo,
        UpdatedAt = a.UpdatedAt,
        Version = a.Version,
    };

    internal static async Task<Results<Ok<EntryApplicationDetail>,
        NotFound>> Get(Guid applicationId, EnterprisesDb db, Caller caller, CancellationToken ct)
    {
        var a = await db.EntryApplications.AsNoTracking().DisclosedTo(caller).Include(x => x.Moves).Include(x => x.Reviews).AsSplitQuery()
            .SingleOrDefaultAsync(x => x.Id == applicationId, ct);
        return a is null ? TypedResults.NotFound() : TypedResults.Ok(new EntryApplicationDetail
        {
            Id = a.Id,
            Code = a.Code,
            EnterpriseId = a.EnterpriseId,
            ProjectId = a.ProjectId,
            State = a.State,
            StateOn = a.StateOn,
            SpaceIds = a.SpaceIds,
            WantedFrom = a.WantedFrom,
            WantedTo = a.WantedTo,
            PreferentialTerms = a.PreferentialTerms,
            Note = a.Note,
            Round = a.Round,
            FairCompetitionReview = a.FairCompetition is not { } fair ? null : new FairCompetitionAnswer
            {
                Conclusion = fair.Conclusion,
                DocumentNumber = fair.DocumentNumber,
                On = fair.On,
                OfficerId = fair.OfficerId,
            },
            AgreementNumber = a.AgreementNumber,
            TenancyId = a.TenancyId,
            Confidential = a.Confidential,
            History = [.. a.Moves.OrderBy(m => m.Number).Select(m => new EntryMoveAnswer
            {
                From = m.From,
                To = m.To,
                On = m.On,
                OfficerId = m.OfficerId,
                RecordedBy = m.RecordedBy,
                RecordedAt = m.RecordedAt,
                Opinion = m.Opinion,
            })],
            Reviews = [.. a.Reviews.OrderBy(r => r.Number).Select(r => new EntryReviewAnswer
            {
                Round = r.Round,
                SheetVersion = r.SheetVersion,
                Scores = [.. ScoreSheet.Indicators.Zip(r.Points, (i, p) => new IndicatorScore { Indicator = i.Code, Points = p })],
                Total = r.Total,
                Vetoes = r.Vetoes,
                On = r.On,
                ReviewerId = r.ReviewerId,
                RecordedAt = r.RecordedAt,
                Opinion = r.Opinion,
            })],
            RecordedAt = a.RecordedAt,
            UpdatedAt = a.UpdatedAt,
            Version = a.Version,
        });
    }
}
