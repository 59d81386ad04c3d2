using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Approvals;
using Qibin.Crm.Identity.Audit;
using Qibin.Crm.Identity.Clients;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Me;
using Qibin.Crm.Identity.Notices;
using Qibin.Crm.Identity.Search;
using Qibin.Crm.Identity.Seed;
using Qibin.Crm.Identity.Tokens;
using Qibin.Crm.Identity.Units;
using Qibin.Crm.Identity.Users;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Identity;

internal static class Program
{
    public static Task<int> Main(string[] args) => Build(args).RunServiceAsync(args);

    /// <summary>The service's table of contents.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddServiceDefaults<IdentityDb>(IdentityService.Description);
        builder.AddMessaging<IdentityDb>(NoticesHost.Register);
        builder.Services.AddValidation().AddUnits();
        builder.AddTokenServer();
        builder.AddAccounts();
        builder.AddSeed().AddAuditChain().AddNotices();
        var app = builder.Build();
        app.UsePublicAddress();
        app.UseReadableForms();
        var api = app.MapApi();
        api.MapMe();
        api.MapUsers();
        api.MapUnits();
        api.MapClients();
        api.MapApprovals().MapSearch().MapNotices();
        api.MapAudit();
        api.MapOperations();
        app.MapAuthorize();
        app.MapToken();
        app.MapAccountPages();
        return app;
    }
}
