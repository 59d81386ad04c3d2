using Qibin.Crm.Leads.Claims;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Pool;
using Qibin.Crm.Leads.Transfers;
using Qibin.Crm.Leads.WorkingDays;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Leads;

/// <summary>What keeps order among those who follow leads: protection, and what falls due with it.</summary>
internal static class LeadOrder
{
    public static WebApplicationBuilder AddLeadOrder(this WebApplicationBuilder builder)
    {
        builder.Services.AddDueWork<LeadsDb>("claim", MoveClaim.LapseAsync).AddDueWork<LeadsDb>("pool_place", PoolOperations.JudgeAsync)
            .AddDueWork<LeadsDb>("transfer", TransferOperations.LapseAsync);
        return builder;
    }

    public static void MapLeadOrder(this RouteGroupBuilder api)
    {
        api.MapClaims();
        api.MapPool();
        api.MapTransfers();
        api.MapCalendar();
    }
}
