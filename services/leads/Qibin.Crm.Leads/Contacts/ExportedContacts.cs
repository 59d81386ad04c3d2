using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;

namespace Qibin.Crm.Leads.Contacts;

/// <summary>Filters of exported contacts: those of the list, and the lead whose list it is; of all leads without one.</summary>
public sealed record ExportedContactQuery : ContactQuery
{
    public Guid? LeadId { get; init; }
}

/// <summary>A contact with its lead, and the name of the person if the caller knows that one.</summary>
internal sealed record ShownContact(Contact Contact, Lead Lead, string? Person);

/// <summary>The export of the contacts of a lead, or of all that the caller reads.</summary>
internal sealed class ExportedContacts(DirectoryNames names)
    : ExportedList<LeadsDb, ExportedContactQuery, Contact, ShownContact>(ReadContacts.Listing)
{
    /// <summary>In the order of <see cref="ContactChannel"/>.</summary>
    private static readonly string[] Channels =
        ["电话", "微信", "邮件", "外出拜访", "来访考察", "展会", "商会/乡贤引荐", "以商招商", "中介", "视频会议"];

    public override string Word => "contacts";

    public override string Title => "联系记录";

    protected override IReadOnlyList<Column<ShownContact>> Columns { get; } =
    [
        new("线索编号", 16, s => s.Lead.Code),
        new("客商名称", 36, s => s.Lead.InvestorName),
        new("负责人", 12, s => names.Of(s.Lead.OwnerId)),
        new("责任单位", 38, s => names.Of(s.Lead.UnitId)),
        new("联系日期", 12, s => s.Contact.OccurredOn),
        new("联系方式", 14, s => Channels[(int)s.Contact.Channel]),
        new("联系人", 12, s => s.Person),
        new("内容", 60, s => s.Contact.Summary),
        new("参与人员", 24, s => string.Join("、", s.Contact.ParticipantIds.Select(names.Of).OfType<string>())),
        new("地点", 30, s => s.Contact.Place?.Name ?? Shown.Place(s.Contact.Place?.Division)),
        new("登记人", 12, s => names.Of(s.Contact.RecordedBy)),
        new("登记时间", 18, s => s.Contact.RecordedAt),
    ];

    protected override Task<IQueryable<Contact>> RowsAsync(
        LeadsDb db, Caller caller, ExportedContactQuery query, CancellationToken ct)
    {
        var leads = db.Leads.ReadableBy(caller);
        if (query.LeadId is { } id)
        {
            leads = leads.Where(l => l.Id == id);
        }

        return Task.FromResult(ReadContacts.Filter(db.Contacts.AsNoTracking().Where(c => leads.Any(l => l.Id == c.LeadId)), query));
    }

    protected override async Task<IReadOnlyList<ShownContact>> ShowAsync(
        LeadsDb db, Caller caller, IReadOnlyList<Contact> rows, CancellationToken ct)
    {
        Guid[] leadIds = [.. rows.Select(c => c.LeadId).Distinct()];
        Guid[] personIds = [.. rows.Select(c => c.PersonId).OfType<Guid>().Distinct()];
        var leads = await db.Leads.AsNoTracking().Where(l => leadIds.Contains(l.Id)).ToDictionaryAsync(l => l.Id, ct);
        var people = await db.PeopleKnownTo(caller).Where(p => personIds.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        return [.. rows.Select(contact => new ShownContact(
            contact, leads[contact.LeadId], contact.PersonId is { } person ? people.GetValueOrDefault(person) : null))];
    }
}
