using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>An application to draft.</summary>
public sealed record DraftEntryApplicationRequest
{
    [Needed]
    public Guid? EnterpriseId { get; init; }

    /// <summary>
    /// The project that moves in by it; it is linked to the enterprise and the caller may edit it. When left out it is the enterprise's
    /// only project, if the caller may edit that.
    /// </summary>
    public Guid? ProjectId { get; init; }

    /// <summary>Spaces of the premises, 1 to 50.</summary>
    [Needed, Items(1, 50)]
    public IReadOnlyList<Guid>? SpaceIds { get; init; }

    /// <summary>First day.</summary>
    [Needed, BusinessDate]
    public DateOnly? WantedFrom { get; init; }

    /// <summary>First day no longer wanted; without an end when left out.</summary>
    [BusinessDate]
    public DateOnly? WantedTo { get; init; }

    /// <summary>Preferential terms 优惠条件 that are promised; they need a fair-competition review before approval.</summary>
    [TextLength(2000)]
    public string? PreferentialTerms { get; init; }

    [TextLength(2000)]
    public string? Note { get; init; }

    /// <summary>Business date; today when left out, never later.</summary>
    [BusinessDate]
    public DateOnly? DraftedOn { get; init; }
}

/// <summary>Drafts an application; an officer for the enterprise of an own project only.</summary>
internal static class DraftEntryApplication
{
    internal static async Task<Created<Receipt>> Handle(
        DraftEntryApplicationRequest request, EnterprisesDb db, Caller caller, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        var application = await ApplyAsync(request, db, caller, codes, clock, ct);
        return TypedResults.Created($"/api/v1/entry-applications/{application.Id}", application.Receipt());
    }

    internal static async Task<EntryApplication> ApplyAsync(
        DraftEntryApplicationRequest request, EnterprisesDb db, Caller caller, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        var step = clock.StepOf(caller, request.DraftedOn, pointer: "/draftedOn");
        // Locked, so that the enterprise does not become confidential between this check and the draft.
        var enterprise = await db.Enterprises.EditableInCity(caller).Locked(request.EnterpriseId!.Value)
            .Include(e => e.Links).AsSplitQuery().SingleOrDefaultAsync(ct)
            ?? throw Refusal.Invalid("/enterpriseId", "enterprise.unknown");
        var projects = await db.ProjectLinks.OpenToApplicationsOf(caller).Where(l => l.EnterpriseId == enterprise.Id)
            .Select(l => l.ProjectId).ToListAsync(ct);
        if (request.ProjectId is { } given && !projects.Contains(given))
        {
            throw new RuleViolation("entry.projectNotLinked");
        }

        if (!caller.WritesForTheCity() && projects.Count == 0)
        {
            throw new RuleViolation("entry.ownProjectOnly");
        }

        await db.KnowSpacesAsync(request.SpaceIds!, ct);
        var projectId = request.ProjectId ?? (enterprise.Links.Count == 1 && projects.Count == 1 ? projects[0] : null);
        var application = EntryApplication.Draft(
            await codes.NextAsync("EA", ct), enterprise, projectId,
            new EntryWish([.. request.SpaceIds!], request.WantedFrom!.Value, request.WantedTo, request.PreferentialTerms, request.Note),
                step);
        db.Add(application);
        await db.SaveChangesAsync(ct);
        return application;
    }

    /// <exception cref="Refusal">400 <c>premises.spaceUnknown</c> at the first space that is not there.</exception>
    internal static async Task KnowSpacesAsync(this EnterprisesDb db, IReadOnlyList<Guid> spaceIds, CancellationToken ct)
    {
        var there = await db.Spaces.Where(u => spaceIds.Contains(u.Id)).Select(u => u.Id).ToListAsync(ct);
        for (var i = 0; i < spaceIds.Count; i++)
        {
            if (!there.Contains(spaceIds[i]))
            {
                throw Refusal.Invalid($"/spaceIds/{i}", "premises.spaceUnknown");
            }
        }
    }
}
