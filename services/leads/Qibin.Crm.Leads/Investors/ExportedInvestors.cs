using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Investors;

/// <summary>An investor with its first person.</summary>
internal sealed record ShownInvestor(Investor Investor, PersonAnswer? Person);

/// <summary>The export of the list of investors.</summary>
internal sealed class ExportedInvestors(TimeProvider clock)
    : ExportedList<LeadsDb, InvestorQuery, Investor, ShownInvestor>(ReadInvestors.Listing)
{
    public override string Word => "investors";

    public override string Title => "客商";

    protected override IReadOnlyList<Column<ShownInvestor>> Columns { get; } =
    [
        new("客商名称", 36, s => s.Investor.Name),
        new("统一社会信用代码", 24, s => s.Investor.Uscc),
        new("注册国家", 14, s => Shown.Country(s.Investor.ForeignRegistration)),
        new("注册号", 22, s => s.Investor.ForeignRegistration?.Number),
        new("来源地区", 24, s => Shown.Place(s.Investor.SourceRegion)),
        new("联系人", 12, s => s.Person?.Name),
        new("职务", 16, s => s.Person?.Title),
        new("联系电话", 18, s => s.Person?.Phone),
        new("电子邮箱", 26, s => s.Person?.Email),
        new("微信号", 20, s => s.Person?.Wechat),
        new("登记时间", 18, s => s.Investor.CreatedAt),
        new("更新时间", 18, s => s.Investor.UpdatedAt),
    ];

    protected override async Task<IQueryable<Investor>> RowsAsync(
        LeadsDb db, Caller caller, InvestorQuery query, CancellationToken ct) => ReadInvestors.Filter(
            db.InvestorsReadableBy(caller).AsNoTracking(), query, db, await SearchBeside.LookAsync(db, caller, query.Q, clock, ct));

    protected override async Task<IReadOnlyList<ShownInvestor>> ShowAsync(
        LeadsDb db, Caller caller, IReadOnlyList<Investor> rows, CancellationToken ct)
    {
        var people = await db.FirstPeopleAsync(caller, [.. rows.Select(i => i.Id)], ct);
        return [.. rows.Select(investor => new ShownInvestor(investor, people.GetValueOrDefault(investor.Id)))];
    }

    protected override bool IsUnmasked(ShownInvestor shown) => shown.Person is { Masked: false };

    protected override async Task<IReadOnlyCollection<Guid>> StillUnmaskedAsync(
        LeadsDb db, Caller caller, Guid[] rows, CancellationToken ct) => await db.WorkedOnAsync(caller, rows, ct);
}

/// <summary>The people of investors, as exports show them.</summary>
internal static class ShownPeople
{
    /// <summary>Which of the investors have a lead that the caller was given, so that the caller reads their people unmasked.</summary>
    public static Task<List<Guid>> WorkedOnAsync(this LeadsDb db, Caller caller, Guid[] investors, CancellationToken ct) =>
        db.GivenTo(caller).Where(l => investors.Contains(l.InvestorId)).Select(l => l.InvestorId).Distinct().ToListAsync(ct);

    /// <summary>
    /// The first person of each investor, with phone and e-mail masked unless the caller was given a lead of the investor, as in the list.
    /// </summary>
    public static async Task<Dictionary<Guid, PersonAnswer>> FirstPeopleAsync(
        this LeadsDb db, Caller caller, Guid[] investors, CancellationToken ct)
    {
        var people = await db.PeopleKnownTo(caller).AsNoTracking().Where(p => investors.Contains(p.InvestorId)).ToListAsync(ct);
        var worked = (await db.WorkedOnAsync(caller, investors, ct)).ToHashSet();
        return people.GroupBy(p => p.InvestorId).ToDictionary(
            g => g.Key, g => PersonAnswer.From(g.OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).First(), masked: !worked.Contains(g.Key)));
    }
}
