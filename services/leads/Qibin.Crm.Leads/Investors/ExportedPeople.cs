using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Filters of exported people: the investor whose list it is; of all investors without one.</summary>
public sealed record ExportedPeopleQuery
{
    public Guid? InvestorId { get; init; }
}

/// <summary>A person as its investor's list shows it, with the investor's name.</summary>
internal sealed record ShownPerson(PersonAnswer Person, string? Investor);

/// <summary>The export of the people of an investor, or of all that the caller knows.</summary>
internal sealed class ExportedPeople() : ExportedList<LeadsDb, ExportedPeopleQuery, Person, ShownPerson>(People.Listing)
{
    public override string Word => "people";

    public override string Title => "客商联系人";

    protected override IReadOnlyList<Column<ShownPerson>> Columns { get; } =
    [
        new("客商名称", 36, s => s.Investor),
        new("姓名", 12, s => s.Person.Name),
        new("职务", 16, s => s.Person.Title),
        new("联系电话", 18, s => s.Person.Phone),
        new("电子邮箱", 26, s => s.Person.Email),
        new("微信号", 20, s => s.Person.Wechat),
        new("登记时间", 18, s => s.Person.CreatedAt),
        new("更新时间", 18, s => s.Person.UpdatedAt),
    ];

    protected override Task<IQueryable<Person>> RowsAsync(
        LeadsDb db, Caller caller, ExportedPeopleQuery query, CancellationToken ct)
    {
        var people = db.PeopleKnownTo(caller).AsNoTracking();
        return Task.FromResult(query.InvestorId is { } investor ? people.Where(p => p.InvestorId == investor) : people);
    }

    protected override async Task<IReadOnlyList<ShownPerson>> ShowAsync(
        LeadsDb db, Caller caller, IReadOnlyList<Person> rows, CancellationToken ct)
    {
        Guid[] ids = [.. rows.Select(p => p.InvestorId).Distinct()];
        var investors = await db.Investors.Where(i => ids.Contains(i.Id)).ToDictionaryAsync(i => i.Id, i => i.Name, ct);
        var worked = (await db.WorkedOnAsync(caller, ids, ct)).ToHashSet();
        return [.. rows.Select(person => new ShownPerson(
            PersonAnswer.From(person, masked: !worked.Contains(person.InvestorId)), investors.GetValueOrDefault(person.InvestorId)))];
    }

    protected override bool IsUnmasked(ShownPerson shown) => !shown.Person.Masked;

    protected override async Task<IReadOnlyCollection<Guid>> StillUnmaskedAsync(
        LeadsDb db, Caller caller, Guid[] rows, CancellationToken ct)
    {
        var people = await db.People.Where(p => rows.Contains(p.Id)).Select(p => new { p.Id, p.InvestorId }).ToListAsync(ct);
        var worked = (await db.WorkedOnAsync(caller, [.. people.Select(p => p.InvestorId).Distinct()], ct)).ToHashSet();
        return [.. people.Where(p => worked.Contains(p.InvestorId)).Select(p => p.Id)];
    }
}
