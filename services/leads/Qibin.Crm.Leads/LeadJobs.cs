using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Contacts;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Imports;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Leads.Register;
using Qibin.Crm.Sheets;
using Qibin.Crm.Work.Jobs;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.Leads;

/// <summary>The areas that run as jobs: imports and exports.</summary>
internal static class LeadJobs
{
    public static WebApplicationBuilder AddLeadJobs(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new SharedProblems(SheetProblems.Texts));
        builder.AddJobs<LeadsDb>(jobs => jobs
            .Run<ImportFileJob>(ImportFileJob.Kind)
            .Run<ImportJob>(ImportJob.Kind)
            .Run<RevertJob>(RevertJob.Kind)
            .RunExports());
        builder.Services.AddExports().AddExport<ExportedLeads>().AddExport<ExportedContacts>().AddExport<ExportedInvestors>()
            .AddExport<ExportedPeople>();
        // Rows of imports contain personal data such as telephone numbers.
        builder.Services.AddCleanup(new CleanupRule(
            "import_row", $"import_id in (select id from import where created_at < $1 - interval '{Import.Kept.Days} days')",
            TimeSpan.FromHours(1), Batch: 5000));
        return builder;
    }

    public static void MapLeadJobs(this RouteGroupBuilder api)
    {
        api.MapImports();
        api.MapExports("", "", Scopes.LeadsRead);
    }
}
