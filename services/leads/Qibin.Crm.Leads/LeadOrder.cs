using Microsoft.EntityFrameworkCore.Diagnostics;
using Qibin.Crm.Leads.Claims;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Digest;
using Qibin.Crm.Leads.Pool;
using Qibin.Crm.Leads.Responses;
using Qibin.Crm.Leads.Transfers;
using Qibin.Crm.Leads.WorkingDays;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.Leads;

/// <summary>
/// The areas that keep the district's rules: claims, pool, transfers, calendar, response clock and digest, with their timers.
/// </summary>
internal static class LeadOrder
{
    public static WebApplicationBuilder AddLeadOrder(this WebApplicationBuilder builder)
    {
        // A lead's own clock is brought up to date before the pool and the digest look at it.
        builder.Services.AddDueWork<LeadsDb>("clock_recount", RecountClocks.RecountAsync)
            .AddDueWork<LeadsDb>("lead", RecountClocks.JudgeAsync)
            .AddDueWork<LeadsDb>("claim", MoveClaim.LapseAsync).AddDueWork<LeadsDb>("pool_place", PoolOperations.JudgeAsync)
            .AddDueWork<LeadsDb>("transfer", TransferOperations.LapseAsync).AddDueWork<LeadsDb>("digest_schedule", MakeDigests.MakeAsync);
        builder.Services.AddSingleton<ResponseClocks>()
            .AddSingleton<IInterceptor>(provider => provider.GetRequiredService<ResponseClocks>());
        return builder;
    }

    public static void MapLeadOrder(this RouteGroupBuilder api)
    {
        api.MapClaims();
        api.MapPool();
        api.MapTransfers();
        api.MapCalendar();
        api.MapResponses();
        api.MapDigest();
    }
}
