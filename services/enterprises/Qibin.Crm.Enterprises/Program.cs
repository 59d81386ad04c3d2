using Qibin.Crm.Comments;
using Qibin.Crm.Enterprises.Chains;
using Qibin.Crm.Enterprises.Comments;
using Qibin.Crm.Enterprises.Consumers;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Entry;
using Qibin.Crm.Enterprises.Premises;
using Qibin.Crm.Enterprises.Register;
using Qibin.Crm.Enterprises.Tenancies;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Jobs;

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
        builder.AddMessaging<EnterprisesDb>(EnterpriseConsumers.Register);
        builder.AddJobs<EnterprisesDb>(jobs => jobs.RunExports());
        builder.Services.AddValidation().AddComments<EnterpriseComments>().AddScoped<ProjectFollowing>();
        builder.Services.AddExports().AddExport<ExportedEnterprises>().AddExport<ExportedApplications>().AddExport<ExportedTenancies>();
        var app = builder.Build();
        var api = app.MapApi();
        api.MapRegister();
        EnterpriseComments.Map(api);
        api.MapChains();
        api.MapPremises();
        api.MapEntry();
        api.MapTenancies();
        api.MapExports("/enterprises", "Enterprise", Scopes.EnterprisesRead);
        api.MapOperations();
        return app;
    }
}
