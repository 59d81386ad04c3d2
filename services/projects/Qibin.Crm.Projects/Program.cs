using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Pipeline;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.DirectoryCopy;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Projects.Amounts;
using Qibin.Crm.Projects.Approvals;
using Qibin.Crm.Projects.Consumers;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Projects.Ledger;
using Qibin.Crm.Projects.Stages;
using Qibin.Crm.Web.Hosting;

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
        builder.AddMessaging<ProjectsDb>(on => on
            .ConsumeDirectory()
            .Consume<RatesEntered, RateConsumer>()
            .AnswerStates<ProjectsDb, Project, ProjectState>(project => project.State())
            .AnswerApprovals<ApprovalsAnswer>()
            .Consume<LeadConverted, LeadConvertedConsumer>()
            .Consume<LeadAmended, LeadConsumer>()
            .Consume<LeadAssigned, LeadConsumer>()
            .Consume<LeadStageDateCorrected, LeadConsumer>()
            .Consume<EnterpriseRegistered, EnterpriseRegisteredConsumer>()
            .Consume<EnterpriseMovedIn, EnterpriseMovedInConsumer>()
            .Consume<EnterpriseLeft, EnterpriseLeftConsumer>());
        builder.Services.AddValidation();
        var app = builder.Build();
        var api = app.MapApi();
        api.MapLedger();
        api.MapStages();
        api.MapAmounts();
        api.MapOperations();
        return app;
    }
}
