using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>An entry application with the names of its enterprise and spaces.</summary>
internal sealed record ShownApplication(EntryApplication Application, Enterprise? Enterprise, string Spaces);

/// <summary>The export of the list of entry applications.</summary>
internal sealed class ExportedApplications(DirectoryNames names)
    : ExportedList<EnterprisesDb, EntryApplicationQuery, EntryApplication, ShownApplication>(ReadEntryApplications.Listing)
{
    public override string Word => "entry-applications";

    public override string Title => "入驻申请";

    protected override IReadOnlyList<Column<ShownApplication>> Columns { get; } =
    [
        new("申请编号", 18, s => s.Application.Code),
        new("企业编号", 16, s => s.Enterprise?.Code),
        new("企业名称", 36, s => s.Enterprise?.Name),
        new("状态", 12, s => EntryApplication.NameOf(s.Application.State).Chinese),
        new("状态日期", 12, s => s.Application.StateOn),
        new("申请单元", 36, s => s.Spaces),
        new("拟入驻日期", 14, s => s.Application.WantedFrom),
        new("拟到期日期", 14, s => s.Application.WantedTo),
        new("起草人", 12, s => names.Of(s.Application.DraftedBy)),
        new("入驻协议编号", 20, s => s.Application.AgreementNumber),
        new("涉密", 8, s => Shown.YesNo(s.Application.Confidential)),
        new("登记时间", 18, s => s.Application.RecordedAt),
        new("更新时间", 18, s => s.Application.UpdatedAt),
    ];

    protected override Task<IQueryable<EntryApplication>> RowsAsync(
        EnterprisesDb db, Caller caller, EntryApplicationQuery query, CancellationToken ct) =>
        Task.FromResult(ReadEntryApplications.Filter(db, caller, query));

    protected override async Task<IReadOnlyList<ShownApplication>> ShowAsync(
        EnterprisesDb db, Caller caller, IReadOnlyList<EntryApplication> rows, CancellationToken ct)
    {
        Guid[] ids = [.. rows.Select(a => a.EnterpriseId).Distinct()];
        var enterprises = await db.Enterprises.AsNoTracking().DisclosedTo(caller).Where(e => ids.Contains(e.Id))
            .ToDictionaryAsync(e => e.Id, ct);
        var spaces = await db.SpaceNamesAsync(rows.SelectMany(a => a.SpaceIds), ct);
        return [.. rows.Select(a => new ShownApplication(a, enterprises.GetValueOrDefault(a.EnterpriseId), spaces(a.SpaceIds)))];
    }
}
