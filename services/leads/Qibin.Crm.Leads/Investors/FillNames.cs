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
            await db.Database.ExecuteSqlAsync(
                $"""
                update investor set compared_name = known.compared, search_tokens = string_to_array(known.tokens, chr(10))
                from unnest({found.Select(i => i.Id).ToArray()}, {found.Select(i => i.Name).ToArray()},
                    {found.Select(i => ComparedNames.KeyOf(i.Name)).ToArray()}, {found.Select(i => string.Join('\n', NameSearch.TokensOf(i.Name))).ToArray()})
                    as known (id, name, compared, tokens)
                where investor.id = known.id and investor.name = known.name
                """, ct);
        }
    }
}
