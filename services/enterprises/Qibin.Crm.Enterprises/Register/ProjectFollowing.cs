using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>Keeps enterprises up to date with the projects that registered them.</summary>
internal sealed class ProjectFollowing(EnterprisesDb db, PeopleCodes codes, TimeProvider clock)
{
    /// <summary>Makes or links the project's enterprise, and applies what the project's state says of who may see it.</summary>
    /// <param name="state">The project's state.</param>
    /// <param name="version">The project's version that the state belongs to.</param>
    /// <param name="on">Business date of the event.</param>
    /// <param name="registers">Whether the event is the registration itself.</param>
    /// <param name="ct">Cancels.</param>
    public async Task FollowAsync(ProjectState state, long version, DateOnly on, bool registers, CancellationToken ct)
    {
        var at = clock.GetUtcNow();
        var project = new LinkedProject
        {
            ProjectId = state.ProjectId,
            LeadId = state.LeadId,
            OwnerId = state.OwnerId,
            UnitId = state.UnitId,
            ChainCode = state.ChainCode,
            NodeCode = state.NodeCode,
            EnterpriseName = state.EnterpriseName ?? state.Name,
            Confidential = state.Confidential,
            Readers = state.Readers,
        };
        if (state.Uscc is null)
        {
            // Not registered yet, or stepped back. A linked enterprise stays, and its readers may have changed.
            if (await LinkedAsync(project.ProjectId, ct) is { } known)
            {
                known.Follow(project, version, on, registers, at);
                await CoverAsync(known, project.ProjectId, at, ct);
            }

            return;
        }

        var uscc = Uscc.Parse(state.Uscc);
        await db.OneAtATimeAsync(uscc, ct);
        var enterprise = await db.Enterprises.FromSql($"select * from enterprise where uscc = {uscc.Value} for update")
            .Include(e => e.Links).SingleOrDefaultAsync(ct);
        if (enterprise?.Links.Any(l => l.ProjectId == project.ProjectId) != true && await LinkedAsync(project.ProjectId, ct) is { } other)
        {
            if (other.Links.Single(l => l.ProjectId == project.ProjectId).Version >= version)
            {
                // An older state with the code that has been corrected since.
                return;
            }

            other.Unlink(project.ProjectId, at);
            await db.SaveChangesAsync(ct);
            await CoverAsync(other, null, at, ct);
        }

        if (enterprise is null)
        {
            enterprise = Enterprise.Found(await codes.NextAsync("E", ct), uscc, project, on, at);
            db.Add(enterprise);
        }

        if (enterprise.Follow(project, version, on, registers, at))
        {
            var link = enterprise.Links.Single(l => l.ProjectId == project.ProjectId);
            db.Publish(enterprise, new EnterpriseRegistered
            {
                Enterprise = enterprise.State(),
                ProjectId = project.ProjectId,
                LeadId = project.LeadId,
                OccurredOn = link.RegisteredOn,
            }, enterprise.Id, project.ProjectId);
        }

        await CoverAsync(enterprise, project.ProjectId, at, ct);
    }

    private async Task<Enterprise?> LinkedAsync(Guid projectId, CancellationToken ct)
    {
        var id = await db.ProjectLinks.Where(l => l.ProjectId == projectId).Select(l => (Guid?)l.EnterpriseId).SingleOrDefaultAsync(ct);
        return id is null ? null : await db.Enterprises.Locked(id.Value).Include(e => e.Links).AsSplitQuery().SingleAsync(ct);
    }

    /// <summary>
    /// Applications and tenancies take over the confidentiality and readers of their project, or without one of the enterprise; so does
    /// what
    /// the change feed says of them.
    /// </summary>
    private async Task CoverAsync(Enterprise enterprise, Guid? projectId, DateTimeOffset at, CancellationToken ct)
    {
        foreach (var project in (Guid?[])(projectId is null ? [null] : [null, projectId]))
        {
            var (confidential, readers) = enterprise.CoverOf(project);
            await db.WithholdAsync(project ?? enterprise.Id, project is null ? "enterprise" : "project", confidential, ct);
            // The time of change is set too, so that a reader of changes gets a row that was just opened.
            await db.EntryApplications.Where(
                a => a.EnterpriseId == enterprise.Id && a.ProjectId == project && (a.Confidential != confidential || a.Readers != readers))
                .ExecuteUpdateAsync(set => set
                    .SetProperty(a => a.Confidential, confidential).SetProperty(a => a.Readers, readers)
                    .SetProperty(a => a.UpdatedAt, at), ct);
            await db.Tenancies.Where(
                t => t.EnterpriseId == enterprise.Id && t.ProjectId == project && (t.Confidential != confidential || t.Readers != readers))
                .ExecuteUpdateAsync(set => set
                    .SetProperty(t => t.Confidential, confidential).SetProperty(t => t.Readers, readers)
                    .SetProperty(t => t.UpdatedAt, at), ct);
        }
    }
}
