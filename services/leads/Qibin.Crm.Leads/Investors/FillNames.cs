using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Brings investors of before to what names are searched and compared by; a name itself, and so the version, stays as it is.</summary>
internal sealed class FillNames(IDbContextFactory<LeadsDb> factory) : IMigrationStep
{
    private const int Step = 1000;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        while (await db.Investors.AsNoTracking().Where(i => i.ComparedName == "").OrderBy(i => i.Id).Take(Step)
            .Select(i => new { i.Id, i.Name }).ToListAsync(ct) is { Count: > 0 } found)
        {
            foreach (var investor in found)
            {
                var (compared, tokens) = (ComparedNames.KeyOf(investor.Name), NameSearch.TokensOf(investor.Name));
                await db.Database.ExecuteSqlAsync(
                    $"update investor set compared_name = {compared}, search_tokens = {tokens} where id = {investor.Id} and name = {investor.Name}", ct);
            }
        }
    }
}
