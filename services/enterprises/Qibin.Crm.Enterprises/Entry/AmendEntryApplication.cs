using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>Changes of a draft or returned application.</summary>
public sealed record AmendEntryApplicationRequest : MergePatch
{
    /// <summary>Spaces of the premises, 1 to 50.</summary>
    [Items(1, 50)]
    public IReadOnlyList<Guid>? SpaceIds { get; init => field = Kept(value); }

    /// <summary>First day.</summary>
    [BusinessDate]
    public DateOnly? WantedFrom { get; init => field = Kept(value); }

    /// <summary>First day no longer wanted.</summary>
    [BusinessDate]
    public DateOnly? WantedTo { get; init => field = Given(value); }

    /// <summary>Preferential terms 优惠条件 that are promised.</summary>
    [TextLength(2000)]
    public string? PreferentialTerms { get; init => field = Given(value); }

    [TextLength(2000)]
    public string? Note { get; init => field = Given(value); }
}

/// <summary>Amends an application that nobody has accepted.</summary>
internal static class AmendEntryApplication
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid applicationId, AmendEntryApplicationRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var application = await db.EditableByDrafter(caller).WholeForUpdate(applicationId, ct);
        if (application is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(application);
        if (request.SpaceIds is { } spaces)
        {
            await db.KnowSpacesAsync(spaces, ct);
        }

        application.Amend(new EntryWish(
            request.SpaceIds is { } wanted ? [.. wanted] : application.SpaceIds,
            request.WantedFrom ?? application.WantedFrom,
            request.Over(application.WantedTo, request.WantedTo),
            request.Over(application.PreferentialTerms, request.PreferentialTerms),
            request.Over(application.Note, request.Note)), clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(application.Receipt());
    }
}
