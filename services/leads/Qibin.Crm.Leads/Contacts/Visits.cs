using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Contacts;

/// <summary>Filters of the visits.</summary>
public sealed record VisitQuery
{
    /// <summary><c>visitThere</c> 外出拜访 or <c>visitHere</c> 来访考察; both when left out.</summary>
    public Words<ContactChannel>? Channel { get; init; }

    public DateOnly? OccurredFrom { get; init; }
    public DateOnly? OccurredTo { get; init; }
    public Guid? UnitId { get; init; }

    /// <summary>An officer who logged it or took part.</summary>
    public Guid? OfficerId { get; init; }
}

/// <summary>By what a report of visits is grouped: 人员, 部门, 产业链, 城市.</summary>
public enum VisitGrouping { Officer, Unit, Chain, City }

/// <summary>How the report of visits is grouped.</summary>
public sealed record VisitReportQuery
{
    /// <summary>
    /// <c>officer</c> (everybody who took part), <c>unit</c>, <c>chain</c> or <c>city</c> (division code of the place, four digits).
    /// </summary>
    public Words<VisitGrouping>? GroupBy { get; init; }

    public DateOnly? OccurredFrom { get; init; }
    public DateOnly? OccurredTo { get; init; }
}

/// <summary>A line of the report of visits.</summary>
public sealed record VisitReportRow
{
    /// <summary>Officer, unit, chain or city; null of visits that name none.</summary>
    public string? Key { get; init; }

    /// <summary>Visits to investors 外出拜访.</summary>
    public required int Outgoing { get; init; }

    /// <summary>Visits of investors 来访考察.</summary>
    public required int Incoming { get; init; }

    /// <summary>Leads visited, each once.</summary>
    public required int Leads { get; init; }
}

/// <summary>One side of a clash.</summary>
public sealed record VisitClashSide
{
    [Named]
    public required Guid UnitId { get; init; }

    public required DateOnly OccurredOn { get; init; }

    /// <summary>The lead and the contact, where the caller sees the lead.</summary>
    public Guid? LeadId { get; init; }

    public Guid? ContactId { get; init; }
}

/// <summary>Two units visited one investor within 14 days.</summary>
public sealed record VisitClashAnswer
{
    public required Guid Id { get; init; }
    public required string InvestorName { get; init; }

    /// <summary>The earlier visit first.</summary>
    public required VisitClashSide[] Sides { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }
}

/// <summary>Visits 外出与来访: their list, their report, and the warning that two units visit one investor.</summary>
internal static class Visits
{
    private static readonly Listing<Contact> Listing = new Listing<Contact>(c => c.Id, "-occurredOn")
        .Sort("occurredOn", c => c.OccurredOn)
        .Sort("recordedAt", c => c.RecordedAt);

    private static readonly Listing<VisitClash> ClashListing = new Listing<VisitClash>(c => c.Id, "-recordedAt")
        .Sort("recordedAt", c => c.RecordedAt);

    public static void MapVisits(this RouteGroupBuilder api)
    {
        api.MapGet("/visits", List).AllowTheTrade(Scopes.LeadsRead).WithMetadata(Listing)
            .WithName("listVisits").WithSummary("外出与来访 · Visits over all leads");
        api.MapGet("/visits/report", Report).AllowEverybody(Scopes.LeadsRead)
            .WithName("reportVisits").WithSummary("外出招商统计 · Visits by officer, unit, chain or city");
        api.MapGet("/visits/clashes", Clashes).AllowTheTrade(Scopes.LeadsRead).WithMetadata(ClashListing)
            .WithName("listVisitClashes").WithSummary("撞访提醒 · Visits of two units to one investor within 14 days");
    }

    /// <summary>
    /// Notes that another unit has visited the same investor, by id or by name, within 14 days. Visits to one investor come one after
    /// the other, so that of two at once the second sees the first. Confidential leads give nothing away.
    /// </summary>
    internal static async Task NoteClashesAsync(
        LeadsDb db, Lead lead, Contact contact, Actor actor, TimeProvider clock, CancellationToken ct)
    {
        foreach (var clash in await ClashesAsync(db, [(lead, contact)], actor, clock, ct))
        {
            db.Add(clash);
            db.Publish(clash, Clashed(clash), clash.EarlierLeadId, clash.LaterLeadId);
        }
    }

    /// <summary>The same of many visits that are entered at once, and are in the database already.</summary>
    internal static async Task NoteClashesAsync(
        LeadsDb db, IReadOnlyList<(Lead Lead, Contact Contact)> visits, Actor actor, TimeProvider clock, CancellationToken ct)
    {
        var clashes = await ClashesAsync(db, visits, actor, clock, ct);
        await db.CopyAsync(clashes, ct);
        await db.CopyAsync(
            clashes.ConvertAll(clash => db.EventRowOf(clash, Clashed(clash), 0, clash.EarlierLeadId, clash.LaterLeadId)), ct);
    }

    private static async Task<List<VisitClash>> ClashesAsync(
        LeadsDb db, IReadOnlyList<(Lead Lead, Contact Contact)> entered, Actor actor, TimeProvider clock, CancellationToken ct)
    {
        var visits = entered.Where(v => v.Contact.IsVisit && !v.Lead.Confidential)
            .Select(v => (v.Lead, v.Contact, Key: ComparedNames.KeyOf(v.Lead.InvestorName))).ToList();
        if (visits.Count == 0)
        {
            return [];
        }

        string[] keys = [.. visits.Select(v => v.Key).Distinct(StringComparer.Ordinal)];
        Guid[] investors = [.. visits.Select(v => v.Lead.InvestorId).Distinct()];
        Guid[] leads = [.. visits.Select(v => v.Lead.Id).Distinct()];
        // All in one order, so that two who enter many never wait for each other in a ring.
        await db.LockVisitsAsync(keys, ct);
        var (earliest, latest) =
            (visits.Min(v => v.Contact.OccurredOn).AddDays(-VisitClash.Days), visits.Max(v => v.Contact.OccurredOn)
            .AddDays(VisitClash.Days));
        var others = await (
            from investor in db.Investors.AsNoTracking()
            where investors.Contains(investor.Id) || keys.Contains(investor.ComparedName)
            join other in db.Leads on investor.Id equals other.InvestorId
            where !other.Confidential
            join visit in db.Contacts on other.Id equals visit.LeadId
            where (visit.Channel == ContactChannel.VisitThere || visit.Channel == ContactChannel.VisitHere) && visit.OccurredOn >= earliest
                && visit.OccurredOn <= latest
            select new { visit, other.UnitId, other.InvestorId, investor.ComparedName }).ToListAsync(ct);
        var noted = (await db.VisitClashes.Where(c => leads.Contains(c.EarlierLeadId) || leads.Contains(c.LaterLeadId))
            .Select(c => new { c.EarlierContactId, c.LaterContactId }).ToListAsync(ct))
            .Select(c => Pair(c.EarlierContactId, c.LaterContactId)).ToHashSet();
        var (byInvestor, byName) = (others.ToLookup(o => o.InvestorId), others.ToLookup(o => o.ComparedName, StringComparer.Ordinal));
        return
        [
            .. from entry in visits
               from other in byInvestor[entry.Lead.InvestorId].Union(byName[entry.Key])
               where other.UnitId != entry.Lead.UnitId
                   && Math.Abs(other.visit.OccurredOn.DayNumber - entry.Contact.OccurredOn.DayNumber) <= VisitClash.Days
                   && noted.Add(Pair(other.visit.Id, entry.Contact.Id))
               select VisitClash.Between(clock.NewId(), other.visit, other.UnitId, entry.Contact, entry.Lead, actor),
        ];

        static (Guid, Guid) Pair(Guid one, Guid other) => one.CompareTo(other) < 0 ? (one, other) : (other, one);
    }

    private static VisitsClashed Clashed(VisitClash clash) => new()
    {
        ClashId = clash.Id,
        EarlierLeadId = clash.EarlierLeadId,
        EarlierUnitId = clash.EarlierUnitId,
        EarlierOn = clash.EarlierOn,
        LaterLeadId = clash.LaterLeadId,
        LaterUnitId = clash.LaterUnitId,
        LaterOn = clash.LaterOn,
    };

    private static async Task<Ok<Page<ContactAnswer>>> List(
        [AsParameters] VisitQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request,
        CancellationToken ct)
    {
        var visits = Visible(db, caller, query.OccurredFrom, query.OccurredTo);
        if (query.Channel is { Values: var channels })
        {
            visits = visits.Where(c => channels.Contains(c.Channel));
        }

        if (query.UnitId is { } unit)
        {
            visits = visits.Where(c => db.Leads.Any(l => l.Id == c.LeadId && l.UnitId == unit));
        }

        if (query.OfficerId is { } officer)
        {
            visits = visits.Where(c => c.RecordedBy == officer || c.ParticipantIds.Contains(officer));
        }

        return TypedResults.Ok(await Listing.PageAsync(visits, page, request, ContactAnswer.From, ct));
    }

    private static async Task<Ok<IReadOnlyList<VisitReportRow>>> Report(
        [AsParameters] VisitReportQuery query, LeadsDb db, Caller caller, CancellationToken ct)
    {
        var by = query.GroupBy is { Values: [var only] } ? only
            : throw Refusal.Invalid("groupBy", query.GroupBy is null ? "value.required" : "value.single");
        var visits = Visible(db, caller, query.OccurredFrom, query.OccurredTo);
        var joined = visits.Join(db.Leads, c => c.LeadId, l => l.Id, (c, l) => new { Contact = c, Lead = l });
        var keyed = by switch
        {
            VisitGrouping.Unit => joined.Select(x => new { Key = (string?)x.Lead.UnitId.ToString(), x.Contact.Channel, x.Contact.LeadId }),
            VisitGrouping.Chain => joined.Select(x => new { Key = x.Lead.ChainCode, x.Contact.Channel, x.Contact.LeadId }),
            VisitGrouping.City => joined.Select(
            x => new { Key = x.Contact.Division == null ? null : x.Contact.Division.Substring(0, 4), x.Contact.Channel, x.Contact.LeadId }),
            // Each visit counts for everybody who took part, once.
            _ => joined.SelectMany(
                x => db.Officers.Where(o => o.OfficerId == x.Contact.RecordedBy || x.Contact.ParticipantIds.Contains(o.OfficerId)),
                (x, o) => new { Key = (string?)o.OfficerId.ToString(), x.Contact.Channel, x.Contact.LeadId }),
        };
        var rows = await keyed.GroupBy(x => x.Key).Select(g => new VisitReportRow
        {
            Key = g.Key,
            Outgoing = g.Count(x => x.Channel == ContactChannel.VisitThere),
            Incoming = g.Count(x => x.Channel == ContactChannel.VisitHere),
            Leads = g.Select(x => x.LeadId).Distinct().Count(),
        }).ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<VisitReportRow>>(
            [.. rows.OrderByDescending(r => r.Outgoing + r.Incoming).ThenBy(r => r.Key, StringComparer.Ordinal)]);
    }

    private static async Task<Ok<Page<VisitClashAnswer>>> Clashes(
        [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request, CancellationToken ct)
    {
        var (mine, disclosed) = (db.Leads.ReadableBy(caller), db.Leads.DisclosedTo(caller));
        // A side that became confidential after the visit takes the clash along.
        var clashes = db.VisitClashes.AsNoTracking().Where(c => mine.Any(l => l.Id == c.EarlierLeadId || l.Id == c.LaterLeadId)
            && disclosed.Any(l => l.Id == c.EarlierLeadId) && disclosed.Any(l => l.Id == c.LaterLeadId));
        var found = await ClashListing.PageAsync(clashes, page, request, clash => clash, ct);
        var ids = found.Items.SelectMany(c => (Guid[])[c.EarlierLeadId, c.LaterLeadId]).Distinct().ToArray();
        var seen = await db.Leads.ReadableBy(caller).Where(l => ids.Contains(l.Id)).Select(l => l.Id).ToListAsync(ct);
        return TypedResults.Ok(new Page<VisitClashAnswer>
        {
            Next = found.Next,
            Total = found.Total,
            Items = [.. found.Items.Select(clash => new VisitClashAnswer
            {
                Id = clash.Id,
                InvestorName = clash.InvestorName,
                Sides =
                [
                    Side(clash.EarlierUnitId, clash.EarlierOn, clash.EarlierLeadId, clash.EarlierContactId),
                    Side(clash.LaterUnitId, clash.LaterOn, clash.LaterLeadId, clash.LaterContactId),
                ],
                RecordedAt = clash.RecordedAt,
            })],
        });

        VisitClashSide Side(Guid unitId, DateOnly on, Guid leadId, Guid contactId) => seen.Contains(leadId)
            ? new() { UnitId = unitId, OccurredOn = on, LeadId = leadId, ContactId = contactId }
            : new() { UnitId = unitId, OccurredOn = on };
    }

    private static IQueryable<Contact> Visible(LeadsDb db, Caller caller, DateOnly? from, DateOnly? to)
    {
        var mine = db.Leads.ReadableBy(caller);
        var visits = db.Contacts.AsNoTracking().Where(c => c.Channel == ContactChannel.VisitThere || c.Channel == ContactChannel.VisitHere)
            .Where(c => mine.Any(l => l.Id == c.LeadId));
        visits = from is { } first ? visits.Where(c => c.OccurredOn >= first) : visits;
        return to is { } last ? visits.Where(c => c.OccurredOn <= last) : visits;
    }
}
