using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Brings investors and leads of before to what names are searched and compared by; a name itself, and so the version, stays as it is.</summary>
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

        const long unknown = NameMarks.Unknown;
        while (await db.Leads.AsNoTracking()
            .Where(l => l.NameMarks1 == unknown && l.NameMarks2 == unknown && l.NameMarks3 == unknown && l.NameMarks4 == unknown
                && l.NameMarks5 == unknown && l.NameMarks6 == unknown && l.NameMarks7 == unknown && l.NameMarks8 == unknown)
            .OrderBy(l => l.Id).Take(Step).Join(db.Investors, l => l.InvestorId, i => i.Id, (l, i) => new { l.Id, l.InvestorName, i.SearchTokens }).ToListAsync(ct) is { Count: > 0 } found)
        {
            var marks = found.ConvertAll(l => NameMarks.Of(l.SearchTokens));
            long[] Words(int word) => [.. marks.Select(m => m[word])];
            await db.Database.ExecuteSqlAsync(
                $"""
                update lead set name_marks1 = m1, name_marks2 = m2, name_marks3 = m3, name_marks4 = m4, name_marks5 = m5, name_marks6 = m6, name_marks7 = m7, name_marks8 = m8
                from unnest({found.Select(l => l.Id).ToArray()}, {found.Select(l => l.InvestorName).ToArray()}, {Words(0)}, {Words(1)}, {Words(2)}, {Words(3)},
                    {Words(4)}, {Words(5)}, {Words(6)}, {Words(7)}) as known (id, name, m1, m2, m3, m4, m5, m6, m7, m8)
                where lead.id = known.id and lead.investor_name = known.name
                """, ct);
        }
    }
}
