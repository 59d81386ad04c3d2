using Qibin.Crm.Exports;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.DirectoryCopy;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Pipeline.Consumers;
using Qibin.Crm.Pipeline.Rebuilds;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Pipeline.Rollups;
using Qibin.Crm.Pipeline.Verifications;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Telemetry;

namespace Qibin.Crm.Pipeline;

internal static class Program
{
    public static Task<int> Main(string[] args) => Build(args).RunServiceAsync(args);

    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddServiceDefaults<PipelineDb>(PipelineService.Description);
        builder.AddMessaging<PipelineDb>(on => on
            .InBatchesOf(64)
            .ConsumeDirectory()
            .Consume<UnreadEvent, JourneyConsumer>()
            .ConsumeEvery<IJourneyEvent, JourneyConsumer>());
        builder.Services.AddHostedService<WatermarkTimer>().AddHostedService<CompactionTimer>().AddDatabaseGauge(CompactionTimer.Backlog)
            .AddValidation().AddExports().AddExport<ExportedJourneys>();
        builder.AddJobs<PipelineDb>(run => run
            .Run<RebuildJob>(RebuildJob.Kind)
            .Run<VerificationJob>(VerificationJob.Kind)
            .Run<ReportJob>(ReportJob.Kind)
            .RunExports());
        var app = builder.Build();
        var api = app.MapApi();
        api.MapTotals();
        api.MapReports();
        api.MapAssessment();
        api.MapJourneys();
        api.MapExports("/pipeline", "Journey", Scopes.PipelineRead);
        api.MapUpkeep();
        api.MapOperations();
        return app;
    }
}
