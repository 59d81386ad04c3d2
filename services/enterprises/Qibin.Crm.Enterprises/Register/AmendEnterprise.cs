using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>Changes of an enterprise. Its unified social credit code never changes.</summary>
public sealed record AmendEnterpriseRequest : MergePatch
{
    [Line(200)]
    public string? Name { get; init => field = Kept(value); }

    [ChainNodeCode]
    public string? NodeCode { get; init => field = Given(value); }

    [TextLength(500)]
    public string? Address { get; init => field = Given(value); }

    /// <summary>
    /// Registration outside of the mainland; one that another enterprise has answers 409. Country and number are given together. An
    /// enterprise without a unified social credit code keeps one.
    /// </summary>
    public ForeignRegistrationRequest? ForeignRegistration { get; init => field = Given(value); }

    /// <summary>GB/T 4754-2017: a letter, or a letter and 2 to 4 digits.</summary>
    [IndustryCode]
    public string? IndustryCode { get; init => field = Given(value); }
}

/// <summary>Amends an enterprise's facts.</summary>
internal static class AmendEnterprise
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid enterpriseId, AmendEnterpriseRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var foreign = request.ForeignRegistration?.Read();
        await RegisterEnterprise.OneAtATimeAsync(db, null, foreign, ct);
        var enterprise = await db.Enterprises.EditableInCity(caller).ForUpdate(enterpriseId, ct);
        if (enterprise is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(enterprise);
        await RegisterEnterprise.RefuseTakenAsync(db, caller, enterpriseId, null, foreign, ct);
        enterprise.Amend(new EnterpriseFacts(
            request.Over(enterprise.Name, request.Name)!,
            request.Over(enterprise.NodeCode, request.NodeCode),
            request.Over(enterprise.Address, request.Address),
            request.Over(enterprise.IndustryCode, request.IndustryCode),
            request.Over(enterprise.ForeignRegistration, foreign, nameof(request.ForeignRegistration))), clock.GetUtcNow());
        db.Publish(enterprise, new EnterpriseRecorded { Enterprise = enterprise.State(), OccurredOn = clock.Today() });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = enterprise.Id, Code = enterprise.Code, Version = enterprise.Version });
    }
}
