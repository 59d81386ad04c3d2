using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Tenancies;

/// <summary>A tenancy with the names of its enterprise and spaces.</summary>
internal sealed record ShownTenancy(RosterRow Row, string Spaces);

/// <summary>The export of the list of tenancies.</summary>
internal sealed class ExportedTenancies()
    : ExportedList<EnterprisesDb, TenancyQuery, RosterRow, ShownTenancy>(ReadTenancies.Listing)
{
    public override string Word => "tenancies";

    public override string Title => "入驻台账";

    protected override IReadOnlyList<Column<ShownTenancy>> Columns { get; } =
    [
        new("租约编号", 16, s => s.Row.Tenancy.Code),
        new("企业名称", 36, s => s.Row.EnterpriseName),
        new("入驻单元", 36, s => s.Spaces),
        new("入驻日期", 12, s => s.Row.Tenancy.StartedOn),
        new("租期截止", 12, s => s.Row.Tenancy.LeaseUntil),
        new("离园日期", 12, s => s.Row.Tenancy.EndedOn),
        new("离园原因", 30, s => s.Row.Tenancy.EndReason),
        new("涉密", 8, s => Shown.YesNo(s.Row.Tenancy.Confidential)),
        new("登记时间", 18, s => s.Row.Tenancy.RecordedAt),
        new("更新时间", 18, s => s.Row.Tenancy.UpdatedAt),
    ];

    protected override Task<IQueryable<RosterRow>> RowsAsync(
        EnterprisesDb db, Caller caller, TenancyQuery query, CancellationToken ct) =>
        Task.FromResult(ReadTenancies.Filter(db, caller, query));

    protected override async Task<IReadOnlyList<ShownTenancy>> ShowAsync(
        EnterprisesDb db, Caller caller, IReadOnlyList<RosterRow> rows, CancellationToken ct)
    {
        var spaces = await db.SpaceNamesAsync(rows.SelectMany(r => r.Tenancy.SpaceIds), ct);
        return [.. rows.Select(row => new ShownTenancy(row, spaces(row.Tenancy.SpaceIds)))];
    }
}
