using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Domain;

internal static class SavesItself
{
    public static async Task<int> SaveAsync(DbContext db) => await db.SaveChangesAsync();
}
