using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Enterprises.Approvals;
using Qibin.Crm.Enterprises.Chains;
using Qibin.Crm.Enterprises.Consumers;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Enterprises.Entry;
using Qibin.Crm.Enterprises.Premises;
using Qibin.Crm.Enterprises.Register;
using Qibin.Crm.Enterprises.Tenancies;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.DirectoryCopy;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Enterprises;

internal static class Program
{
    public static Task<int> Main(string[] args) => Build(args).RunServiceAsync(args);

    /// <summary>The service's table of contents.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddServiceDefaults<EnterprisesDb>(EnterprisesService.Description);
        builder.AddMessaging<EnterprisesDb>(on => on
            .ConsumeDirectory()
            .AnswerStates<EnterprisesDb, Enterprise, EnterpriseState>(enterprise => enterprise.State())
            .Answer<ApprovalsQuery, ApprovalsReply, ApprovalsAnswer>()
            .Answer<SearchQuery, SearchReply, SearchAnswer>()
            .Consume<ProjectStageReached, ProjectStageReachedConsumer>()
            .Consume<ProjectStageDateCorrected, ProjectStageReachedConsumer>()
            .Consume<ProjectAmended, ProjectAmendedConsumer>());
        builder.Services.AddScoped<ProjectFollowing>();
        builder.Services.AddValidation();
        var app = builder.Build();
        var api = app.MapApi();
        api.MapRegister();
        api.MapChains();
        api.MapPremises();
        api.MapEntry();
        api.MapTenancies();
        api.MapOperations();
        return app;
    }
}
