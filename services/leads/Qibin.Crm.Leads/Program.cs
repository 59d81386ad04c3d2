using Qibin.Crm.Comments;
using Qibin.Crm.Leads.Assignments;
using Qibin.Crm.Leads.Comments;
using Qibin.Crm.Leads.Consumers;
using Qibin.Crm.Leads.Contacts;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.FirstContacts;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Leads.NextSteps;
using Qibin.Crm.Leads.Referrers;
using Qibin.Crm.Leads.Register;
using Qibin.Crm.Leads.Removals;
using Qibin.Crm.Leads.Stages;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Leads;

internal static class Program
{
    public static Task<int> Main(string[] args) => Build(args).RunServiceAsync(args);

    /// <summary>The service's table of contents.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddServiceDefaults<LeadsDb>(LeadsService.Description);
        builder.AddMessaging<LeadsDb>(LeadConsumers.Register);
        builder.AddLeadOrder().AddLeadJobs().Services.AddValidation().AddSearch().AddComments<LeadComments>().AddBin();
        var app = builder.Build();
        var api = app.MapApi();
        api.MapFirstContacts();
        api.MapRegister();
        api.MapContacts();
        LeadComments.Map(api);
        api.MapNextSteps();
        api.MapAssignments();
        api.MapReferrers();
        api.MapStages();
        api.MapInvestors();
        api.MapBin();
        api.MapLeadJobs();
        api.MapLeadOrder();
        api.MapOperations();
        return app;
    }
}
