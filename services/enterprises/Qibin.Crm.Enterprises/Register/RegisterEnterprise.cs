using System.Linq.Expressions;
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

    /// <summary>
    /// Unified social credit code; spaces, width and case are put right. Needed unless there is a registration outside of the mainland.
    /// </summary>
    [Uscc]
    public string? Uscc { get; init; }

    /// <summary>Registration outside of the mainland, for an enterprise without a unified social credit code.</summary>
    public ForeignRegistrationRequest? ForeignRegistration { get; init; }

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
/// Registers an enterprise by hand. A code or foreign registration that is there already is refused with the enterprise, if the caller may
/// see it.
/// </summary>
internal static class RegisterEnterprise
{
    internal static async Task<Created<Receipt>> Handle(
        RegisterEnterpriseRequest request, EnterprisesDb db, Caller caller, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        var registeredOn = clock.NotAfterToday(request.RegisteredOn, "/registeredOn");
        var uscc = request.Uscc is null ? null : Uscc.Parse(request.Uscc);
        var foreign = request.ForeignRegistration?.Read();
        if (uscc is null && foreign is null)
        {
            throw Refusal.Invalid("/uscc", "value.required");
        }

        await OneAtATimeAsync(db, uscc, foreign, ct);
        await RefuseTakenAsync(db, caller, null, uscc, foreign, ct);
        var facts = new EnterpriseFacts(request.Name!, request.NodeCode, request.Address, request.IndustryCode, foreign);
        var enterprise = Enterprise.Register(await codes.NextAsync("E", ct), uscc, facts, registeredOn, clock.GetUtcNow());
        db.Add(enterprise);
        db.Publish(enterprise, new EnterpriseRecorded { Enterprise = enterprise.State(), OccurredOn = registeredOn });
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/enterprises/{enterprise.Id}",
            new Receipt { Id = enterprise.Id, Code = enterprise.Code, Version = enterprise.Version });
    }

    /// <summary>Lets requests that enter one code or registration come one after the other, before they lock any row.</summary>
    internal static async Task OneAtATimeAsync(EnterprisesDb db, Uscc? uscc, ForeignRegistration? foreign, CancellationToken ct)
    {
        if (uscc is not null)
        {
            await db.OneAtATimeAsync(uscc, ct);
        }

        if (foreign is not null)
        {
            await db.LockEnterpriseAsync(foreign.Key, ct);
        }
    }

    /// <summary>
    /// Refuses what another enterprise has. A foreign registration of one that is confidential to the caller counts for nothing: unlike the
    /// code, which the register has once, it may be there twice.
    /// </summary>
    internal static async Task RefuseTakenAsync(
        EnterprisesDb db, Caller caller, Guid? self, Uscc? uscc, ForeignRegistration? foreign, CancellationToken ct)
    {
        if (uscc?.Value is { } code && await db.Enterprises.AnyAsync(e => e.Uscc == code, ct))
        {
            throw await TakenAsync("enterprise.usccTaken", e => e.Uscc == code);
        }

        if (foreign?.Key is { } key
            && await db.Enterprises.DisclosedTo(caller).AnyAsync(e => e.RegistrationKey == key && e.Id != self, ct))
        {
            throw await TakenAsync("enterprise.registrationTaken", e => e.RegistrationKey == key && e.Id != self);
        }

        async Task<Refusal> TakenAsync(string problem, Expression<Func<Enterprise, bool>> other) =>
            new(StatusCodes.Status409Conflict, problem)
            {
                Candidates = await db.Enterprises.DisclosedTo(caller).Where(other).OrderBy(e => e.Id).Take(10)
                    .Select(e => new ProblemCandidate { Id = e.Id, Name = e.Name, Location = "/api/v1/enterprises/" + e.Id })
                    .ToListAsync(ct),
            };
    }
}
