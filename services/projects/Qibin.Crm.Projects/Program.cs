using Qibin.Crm.Comments;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Projects.Amounts;
using Qibin.Crm.Projects.Comments;
using Qibin.Crm.Projects.Consumers;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Ledger;
using Qibin.Crm.Projects.Stages;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Projects;

internal static class Program
{
    public static Task<int> Main(string[] args) => Build(args).RunServiceAsync(args);

    /// <summary>The service's table of contents.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddServiceDefaults<ProjectsDb>(ProjectsService.Description);
        builder.AddMessaging<ProjectsDb>(ProjectConsumers.Register);
        builder.AddJobs<ProjectsDb>(jobs => jobs.RunExports());
        builder.Services.AddValidation().AddComments<ProjectComments>().AddExports().AddExport<ExportedProjects>();
        var app = builder.Build();
        var api = app.MapApi();
        api.MapLedger();
        api.MapStages();
        api.MapAmounts();
        ProjectComments.Map(api);
        api.MapExports("/projects", "Project", Scopes.ProjectsRead);
        api.MapOperations();
        return app;
    }
}
