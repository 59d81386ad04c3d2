using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>A fair-competition review 公平竞争审查.</summary>
public sealed record FairCompetitionRequest
{
    [Needed]
    public FairCompetitionConclusion? Conclusion { get; init; }

    /// <summary>Number of the review's document.</summary>
    [Needed, Line(100)]
    public string? DocumentNumber { get; init; }

    /// <summary>Business date; today when left out, never later.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }
}

/// <summary>Puts the fair-competition review on record; a later one replaces it.</summary>
internal static class RecordFairCompetition
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid applicationId, FairCompetitionRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var application = await db.EntryApplications.EditableInCity(caller).WholeForUpdate(applicationId, ct);
        if (application is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(application);
        await ApplyAsync(application, request, db, caller, clock, "/on", ct);
        return TypedResults.Ok(application.Receipt());
    }

    internal static async Task ApplyAsync(
        EntryApplication application, FairCompetitionRequest request, EnterprisesDb db, Caller caller, TimeProvider clock, string pointer,
        CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.On, pointer);
        application.RecordFairCompetition(
            new FairCompetitionReview(request.Conclusion!.Value, request.DocumentNumber!, on, caller.Id), clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
    }
}
