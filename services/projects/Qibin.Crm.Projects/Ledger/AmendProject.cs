using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Ledger;

/// <summary>
/// Corrects facts of a project that need no evidence, as a JSON merge patch: a member that is left out does not change, null removes.
/// </summary>
public sealed record AmendProjectRequest : MergePatch
{
    [Line(200)]
    public string? Name { get; init => field = Kept(value); }

    /// <summary>Node of an industry chain; the chain follows.</summary>
    [ChainNodeCode]
    public string? NodeCode { get; init => field = Given(value); }

    public ProjectKind? Kind { get; init => field = Given(value); }

    [TextLength(500)]
    public string? Place { get; init => field = Given(value); }

    /// <summary>Area in mu 亩.</summary>
    [NumberRange(0, 1_000_000, 2)]
    public decimal? AreaMu { get; init => field = Given(value); }

    /// <summary>What the project builds and makes.</summary>
    [TextLength(4000)]
    public string? Content { get; init => field = Given(value); }

    [BusinessDate]
    public DateOnly? PlannedSigningOn { get; init => field = Given(value); }

    [BusinessDate]
    public DateOnly? PlannedStartOn { get; init => field = Given(value); }

    [BusinessDate]
    public DateOnly? PlannedCompletionOn { get; init => field = Given(value); }

    [BusinessDate]
    public DateOnly? PlannedProductionOn { get; init => field = Given(value); }

    /// <summary>Promised output of one year.</summary>
    [PositiveMoney]
    public Money? ExpectedOutput { get; init => field = Given(value); }

    /// <summary>Promised tax of one year.</summary>
    [PositiveMoney]
    public Money? ExpectedTax { get; init => field = Given(value); }

    [NumberRange(0, 1_000_000)]
    public int? ExpectedJobs { get; init => field = Given(value); }

    /// <summary>Annual output from which the project is efficient 达效; the promised one when null.</summary>
    [PositiveMoney]
    public Money? OutputThreshold { get; init => field = Given(value); }

    /// <summary>Annual tax from which the project is efficient 达效; the promised one when null.</summary>
    [PositiveMoney]
    public Money? TaxThreshold { get; init => field = Given(value); }

    /// <summary>Owner of the project; the unit follows. Not by officers and project officers.</summary>
    public Guid? OwnerId { get; init => field = Kept(value); }

    /// <summary>Project officer in charge; when named, no other project officer approves.</summary>
    public Guid? ProjectOfficerId { get; init => field = Given(value); }

    /// <summary>Only <c>readers</c> see it. Not by officers and project officers.</summary>
    public bool? Confidential { get; init => field = Kept(value); }

    /// <summary>
    /// Named readers, at most 50; the owner of a confidential project is always one, and where none is an active unit head, coordinator or
    /// leader, the nearest head. They read its lead, enterprise and entry applications as well. Not by officers and project officers.
    /// </summary>
    [Items(0, 50)]
    public Guid[]? Readers { get; init => field = Kept(value); }
}

/// <summary>Corrects or adds facts of a project. What the body leaves out stays; null clears an optional fact.</summary>
internal static class AmendProject
{
    public static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid projectId, AmendProjectRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var project = await db.ForWorkAsync(projectId, caller, ifMatch, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        if (!caller.IsIntegration && !caller.Is(Roles.UnitHead, Roles.Coordinator)
            && (request.Gives(nameof(request.OwnerId)) || request.Gives(nameof(request.Confidential))
            || request.Gives(nameof(request.Readers))))
        {
            throw new Refusal(StatusCodes.Status403Forbidden, "project.ownerRole");
        }

        foreach (var reader in request.Readers?.Except(project.Readers) ?? [])
        {
            await db.ActiveOfficerAsync(reader, ct);
        }

        if (request.ProjectOfficerId is { } officer && await db.ActiveOfficerAsync(officer, ct) is var id
            && !(await db.Officers.FindAsync([id], ct))!.Roles.Contains(Roles.ProjectOfficer))
        {
            throw new RuleViolation("project.notProjectOfficer", officer);
        }

        if (request.Readers is not null && !(request.Confidential ?? project.Confidential))
        {
            throw Refusal.Invalid("/readers", "project.readersOfOpen");
        }

        var facts = project.Facts;
        var owner = request.OwnerId ?? facts.OwnerId;
        var readers = request.Readers ?? facts.Readers;
        if ((request.Confidential ?? facts.Confidential) && readers.Length > 0)
        {
            readers = [.. await db.WithApproverAsync(readers, facts.UnitId, ct)];
        }

        project.Amend(
            new ProjectFacts
            {
                Name = request.Over(facts.Name, request.Name)!,
                OwnerId = owner,
                UnitId = owner == facts.OwnerId
                    ? facts.UnitId
                    : (await db.Officers.FindAsync([await db.ActiveOfficerAsync(owner, ct)], ct))!.UnitId,
                ProjectOfficerId = request.Over(facts.ProjectOfficerId, request.ProjectOfficerId),
                NodeCode = request.Over(facts.NodeCode, request.NodeCode),
                Confidential = request.Confidential ?? facts.Confidential,
                Readers = readers,
                Kind = request.Over(facts.Kind, request.Kind),
                Place = request.Over(facts.Place, request.Place),
                AreaMu = request.Over(facts.AreaMu, request.AreaMu),
                Content = request.Over(facts.Content, request.Content),
                PlannedSigningOn = request.Over(facts.PlannedSigningOn, request.PlannedSigningOn),
                PlannedStartOn = request.Over(facts.PlannedStartOn, request.PlannedStartOn),
                PlannedCompletionOn = request.Over(facts.PlannedCompletionOn, request.PlannedCompletionOn),
                PlannedProductionOn = request.Over(facts.PlannedProductionOn, request.PlannedProductionOn),
                ExpectedOutput = request.Over(facts.ExpectedOutput, request.ExpectedOutput),
                ExpectedTax = request.Over(facts.ExpectedTax, request.ExpectedTax),
                ExpectedJobs = request.Over(facts.ExpectedJobs, request.ExpectedJobs),
                OutputThreshold = request.Over(facts.OutputThreshold, request.OutputThreshold),
                TaxThreshold = request.Over(facts.TaxThreshold, request.TaxThreshold),
            },
            clock.GetUtcNow());
        db.Publish(project, new ProjectAmended { Project = project.State() });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(project.Receipt());
    }
}
