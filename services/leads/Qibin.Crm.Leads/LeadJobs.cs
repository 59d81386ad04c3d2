using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Exports;
using Qibin.Crm.Leads.Imports;
using Qibin.Crm.Sheets;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Leads;

/// <summary>The areas that run as jobs: imports and exports.</summary>
internal static class LeadJobs
{
    public static void AddLeadJobs(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new SharedProblems(SheetProblems.Texts));
        builder.AddJobs<LeadsDb>(jobs => jobs
            .Run<ImportJob>(ImportJob.Kind)
            .Run<RevertJob>(RevertJob.Kind)
            .Run<ExportJob>(ExportJob.Kind));
        builder.Services.AddHostedService<ImportCleanup>();
    }

    public static void MapLeadJobs(this RouteGroupBuilder api)
    {
        api.MapImports();
        api.MapExports();
    }
}
