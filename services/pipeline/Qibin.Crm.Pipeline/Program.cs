using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.DirectoryCopy;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline;

internal static class Program
{
    public static Task<int> Main(string[] args) => Build(args).RunServiceAsync(args);

    /// <summary>The service's table of contents.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddServiceDefaults<PipelineDb>(PipelineService.Description);
        builder.AddMessaging<PipelineDb>(on => on
            .InBatchesOf(64)
            .ConsumeDirectory()
            .Consume<LeadOpened, LeadOpenedConsumer>()
            .Consume<ContactRecorded, ContactRecordedConsumer>()
            .Consume<ContactCorrected, ContactCorrectedConsumer>()
            .Consume<VisitsClashed, VisitsClashedConsumer>()
            .Consume<NextStepPlanned, NextStepPlannedConsumer>()
            .Consume<LeadAssigned, LeadAssignedConsumer>()
            .Consume<LeadAssessed, LeadAssessedConsumer>()
            .Consume<LeadConverted, LeadConvertedConsumer>()
            .Consume<LeadClosed, LeadClosedConsumer>()
            .Consume<LeadReopened, LeadReopenedConsumer>()
            .Consume<LeadAmended, LeadAmendedConsumer>()
            .Consume<InvestorMerged, InvestorMergedConsumer>()
            .Consume<InvestorMergeUndone, InvestorMergeUndoneConsumer>()
            .Consume<LeadRemoved, LeadRemovedConsumer>()
            .ConsumeLeadOrder()
            .ConsumeProjects()
            .Consume<EnterpriseRegistered, EnterpriseRegisteredConsumer>()
            .Consume<EntryApplicationMoved, EntryApplicationMovedConsumer>()
            .Consume<EnterpriseMovedIn, EnterpriseMovedInConsumer>()
            .Consume<EnterpriseLeft, EnterpriseLeftConsumer>());
        builder.AddRollups().AddJobs<PipelineDb>(run => run
            .Run<RebuildJob>(RebuildJob.Kind)
            .Run<ReconciliationJob>(ReconciliationJob.Kind)
            .Run<ReportJob>(ReportJob.Kind)).Services.AddValidation();
        var app = builder.Build();
        var api = app.MapApi();
        api.MapTotals();
        api.MapReports();
        api.MapAssessment();
        api.MapListJourneys();
        api.MapReadJourney();
        api.MapOperations();
        return app;
    }
}
