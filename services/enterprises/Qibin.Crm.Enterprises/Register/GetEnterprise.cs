using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>Reads one enterprise, with the projects that the caller may know of.</summary>
internal static class GetEnterprise
{
    internal static async Task<Results<Ok<EnterpriseDetail>,
        NotFound>> Handle(Guid enterpriseId, EnterprisesDb db, Caller caller, CancellationToken ct)
    {
        var links = db.ProjectLinks.DisclosedTo(caller);
        var detail = await db.Enterprises.AsNoTracking().DisclosedTo(caller).Where(e => e.Id == enterpriseId)
            .Select(e => new EnterpriseDetail
            {
                Id = e.Id,
                Code = e.Code,
                Name = e.Name,
                Uscc = e.Uscc,
                ForeignRegistration = e.ForeignRegistration,
                ChainCode = e.ChainCode,
                NodeCode = e.NodeCode,
                Address = e.Address,
                IndustryCode = e.IndustryCode,
                RegisteredOn = e.RegisteredOn,
                InCity = e.InCity,
                Confidential = e.Confidential,
                Projects = links.Where(l => l.EnterpriseId == e.Id).OrderBy(l => l.RegisteredOn).ThenBy(l => l.ProjectId)
                .Select(l => new EnterpriseProject { ProjectId = l.ProjectId, LeadId = l.LeadId, RegisteredOn = l.RegisteredOn }).ToList(),
                RecordedAt = e.RecordedAt,
                UpdatedAt = e.UpdatedAt,
                Version = e.Version,
            }).SingleOrDefaultAsync(ct);
        return detail is null ? TypedResults.NotFound() : TypedResults.Ok(detail);
    }
}
