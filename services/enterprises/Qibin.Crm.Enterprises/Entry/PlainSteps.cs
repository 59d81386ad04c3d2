using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>The steps that need no more than a date and an opinion.</summary>
internal static class PlainSteps
{
    /// <summary>Who returns and vetoes any application; a unit head those of the own units.</summary>
    private static readonly string[] Deciders = [.. CityScope.Writers, Roles.Leader];

    internal static Task<Results<Ok<Receipt>, NotFound>> Accept(
        Guid applicationId, StepRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct) =>
        HandleAsync(db.EntryApplications.EditableInCity(caller), applicationId, ifMatch, (a, s) => a.Accept(s),
            Step(request, caller, clock), db, ct);

    internal static Task<Results<Ok<Receipt>, NotFound>> HandOver(
        Guid applicationId, StepRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct) =>
        HandleAsync(db.EntryApplications.EditableInCity(caller), applicationId, ifMatch, (a, s) => a.HandOver(s),
            Step(request, caller, clock), db, ct);

    internal static Task<Results<Ok<Receipt>, NotFound>> Return(
        Guid applicationId, ReasonedStepRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct) =>
        HandleAsync(db.DecidableBy(caller, Deciders), applicationId, ifMatch, (a, s) => a.Return(s),
            Step(request, caller, clock), db, ct);

    internal static Task<Results<Ok<Receipt>, NotFound>> Veto(
        Guid applicationId, ReasonedStepRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct) =>
        HandleAsync(db.DecidableBy(caller, Deciders), applicationId, ifMatch, (a, s) => a.Veto(s), Step(request, caller, clock),
            db, ct);

    internal static Task<Results<Ok<Receipt>, NotFound>> Withdraw(
        Guid applicationId, ReasonedStepRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct) =>
        HandleAsync(db.EditableByDrafter(caller), applicationId, ifMatch, (a, s) => a.Withdraw(s), Step(request, caller, clock), db, ct);

    private static Step Step(StepRequest request, Caller caller, TimeProvider clock) => clock.StepOf(caller, request.On, request.Opinion);

    private static Step Step(ReasonedStepRequest request, Caller caller, TimeProvider clock) =>
        clock.StepOf(caller, request.On, request.Opinion);

    /// <summary>Takes the step and publishes the move.</summary>
    internal static async Task ApplyAsync(
        EntryApplication application, Func<EntryApplication, Step, EntryState> take, Step step, EnterprisesDb db, CancellationToken ct)
    {
        var from = take(application, step);
        db.PublishMove(application, from);
        await db.SaveChangesAsync(ct);
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> HandleAsync(
        IQueryable<EntryApplication> editable, Guid applicationId, IfMatch ifMatch, Func<EntryApplication, Step, EntryState> take,
        Step step,
        EnterprisesDb db, CancellationToken ct)
    {
        var application = await editable.WholeForUpdate(applicationId, ct);
        if (application is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(application);
        await ApplyAsync(application, take, step, db, ct);
        return TypedResults.Ok(application.Receipt());
    }
}
