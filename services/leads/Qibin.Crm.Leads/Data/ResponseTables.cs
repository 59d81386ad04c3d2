using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Data;

/// <summary>The response clock's breaches, and what goes with the working day.</summary>
internal static class ResponseTables
{
    public static void AddResponses(this ModelBuilder model)
    {
        model.Entity<ResponseBreach>(breach =>
        {
            breach.ToTable("response_breach");
            breach.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Cascade);
            // One missed deadline is one breach, also when two instances find it at once.
            breach.HasIndex(x => new { x.LeadId, x.Kind }).HasDatabaseName("ux_response_breach_open").IsUnique().HasFilter("state = 0");
            breach.HasIndex(x => new { x.LeadId, x.BreachedAt });
            breach.HasIndex(x => new { x.BreachedAt, x.Id });
            breach.HasIndex(x => new { x.DueOn, x.Id });
        });
        model.Entity<ClockRecount>().ToTable("clock_recount").Property(x => x.Id).ValueGeneratedNever();
        model.Entity<DigestSchedule>().ToTable("digest_schedule").Property(x => x.Id).ValueGeneratedNever();
        model.Entity<OfficerNews>().ToTable("officer_news");
    }
}
