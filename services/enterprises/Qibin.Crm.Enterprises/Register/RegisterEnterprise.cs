using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>An enterprise without a project in this system.</summary>
public sealed record RegisterEnterpriseRequest
{
    /// <summary>As registered.</summary>
    [Needed, Line(200)]
    public string? Name { get; init; }

    /// <summary>Unified social credit code; spaces, width and case are put right.</summary>
    [Needed, Uscc]
    public string? Uscc { get; init; }

    [ChainNodeCode]
    public string? NodeCode { get; init; }

    [TextLength(500)]
    public string? Address { get; init; }

    /// <summary>GB/T 4754-2017: a letter, or a letter and 2 to 4 digits.</summary>
    [IndustryCode]
    public string? IndustryCode { get; init; }

    /// <summary>Business date of the registration; today when left out, never later.</summary>
    [BusinessDate]
    public DateOnly? RegisteredOn { get; init; }
}

/// <summary>
/// Registers an enterprise by hand. A code that is registered already is refused with the enterprise, if the caller may see it.
/// </summary>
internal static class RegisterEnterprise
{
    internal static async Task<Created<Receipt>> Handle(
        RegisterEnterpriseRequest request, EnterprisesDb db, Caller caller, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        var registeredOn = clock.NotAfterToday(request.RegisteredOn, "/registeredOn");
        var uscc = Uscc.Parse(request.Uscc!);
        await db.OneAtATimeAsync(uscc, ct);
        if (await db.Enterprises.AnyAsync(e => e.Uscc == uscc.Value, ct))
        {
            throw new Refusal(StatusCodes.Status409Conflict, "enterprise.usccTaken")
            {
                Candidates = await db.Enterprises.DisclosedTo(caller).Where(e => e.Uscc == uscc.Value)
                    .Select(e => new ProblemCandidate { Id = e.Id, Name = e.Name, Location = "/api/v1/enterprises/" + e.Id })
                    .ToListAsync(ct),
            };
        }

        var facts = new EnterpriseFacts(request.Name!, request.NodeCode, request.Address, request.IndustryCode);
        var enterprise = Enterprise.Register(await codes.NextAsync("E", ct), uscc, facts, registeredOn, clock.GetUtcNow());
        db.Add(enterprise);
        db.Publish(enterprise, new EnterpriseRecorded { Enterprise = enterprise.State(), OccurredOn = registeredOn });
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/enterprises/{enterprise.Id}",
            new Receipt { Id = enterprise.Id, Code = enterprise.Code, Version = enterprise.Version });
    }
}
