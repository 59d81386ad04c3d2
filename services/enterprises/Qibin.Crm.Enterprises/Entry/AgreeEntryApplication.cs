using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>A signed entry agreement 入驻协议.</summary>
public sealed record AgreementRequest
{
    /// <summary>Business date; today when left out, never later, and not before the previous step.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }

    [TextLength(2000)]
    public string? Opinion { get; init; }

    /// <summary>The agreement's number.</summary>
    [Line(100)]
    public string? AgreementNumber { get; init; }
}

/// <summary>Records the entry agreement.</summary>
internal static class AgreeEntryApplication
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid applicationId, AgreementRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
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

    internal static Task ApplyAsync(
        EntryApplication application, AgreementRequest request, EnterprisesDb db, Caller caller, TimeProvider clock, string pointer,
        CancellationToken ct) =>
        PlainSteps.ApplyAsync(
            application, (a, s) => a.Agree(s, request.AgreementNumber), clock.StepOf(caller, request.On, request.Opinion, pointer), db, ct);
}
