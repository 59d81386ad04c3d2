using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Domain.Names;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Why an investor is entered although one like it is there.</summary>
public sealed record DuplicateOverride
{
    /// <summary>Kept in the audit.</summary>
    [Needed, TextLength(1000, 4)]
    public string? Reason { get; init; }
}

/// <summary>An investor like the one that is entered or asked for; one that the caller may see.</summary>
public sealed record PossibleDuplicate
{
    public required Guid InvestorId { get; init; }

    /// <summary>Path of the investor.</summary>
    public required string Location { get; init; }

    /// <summary>How surely it is the same, 0 to 100; from 80 on a contact is linked to it.</summary>
    public required int Score { get; init; }

    /// <summary><c>uscc</c>, <c>foreignRegistration</c>, <c>name</c>, <c>phone</c>, <c>emailDomain</c>.</summary>
    public required IReadOnlyList<string> Matched { get; init; }

    /// <summary>Its name; not in a receipt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>What is there already.</summary>
public sealed record DuplicatesAnswer
{
    /// <summary>The surest first, at most ten.</summary>
    public required IReadOnlyList<PossibleDuplicate> Candidates { get; init; }

    /// <summary>Whether an investor of this name or code has leads that the caller does not read.</summary>
    public required bool Elsewhere { get; init; }

    /// <summary>
    /// Units in talks with an investor of this name or code, with the officer to ring; left out when there are none. Confidential talks are
    /// not among them.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UnitInTalks>? Talks { get; init; }
}

/// <summary>What to look for; one at least.</summary>
public sealed record DuplicateQuery
{
    public string? Name { get; init; }

    /// <summary>Unified social credit code.</summary>
    public string? Uscc { get; init; }

    /// <summary>Country of a registration outside of the mainland, ISO 3166-1 alpha-2; with its number.</summary>
    public string? RegistrationCountry { get; init; }

    /// <summary>Number of the registration; with its country. Compared by its letters and digits.</summary>
    public string? RegistrationNumber { get; init; }

    /// <summary>Compared with the phones that the caller may read in full, and no others.</summary>
    public string? Phone { get; init; }

    /// <summary>Compared by its domain, unless anybody gets an address there.</summary>
    public string? Email { get; init; }
}

/// <summary>
/// Finds existing investors. The answer names those that the caller reads; for others of this name or code it says who is in talks with
/// them, and for confidential leads nothing. A phone counts against a caller's request only where that caller reads it in
/// full:
/// otherwise guessing would unmask it. The receipt of what was entered warns of the others that the caller sees, at the price of an entry.
/// </summary>
internal static partial class Duplicates
{
    /// <summary>The audit entry of an investor that was entered although one that looks the same is there.</summary>
    public static AuditEntry OverrideOf(Actor actor, Guid investorId, string? reason) => AuditEntry.Of(
        actor.By, actor.At, "duplicateOverridden", reason, subjects: [new AuditSubject { Type = "investor", Id = investorId }]);

    /// <summary>From this score on an entered investor is taken for the one that is there.</summary>
    private const int Limit = 80;

    // Of one kind; the newest. A switchboard's number or a name that everybody enters must not make each entry slower.
    private const int MostPerKind = 20;
    private const int MostListed = 10;

    private const int ByName = 0;
    private const int ByPhone = 1;
    private const int ByDomain = 2;
    private const int ByUscc = 3;

    // A name of an investor that was merged into it.
    private const int ByAlias = 4;
    private const int ByForeign = 5;

    public static void MapDuplicates(this RouteGroupBuilder api) =>
        api.MapGet("/investors/duplicates", Ask).AllowEverybody(Scopes.LeadsRead)
            .WithName("findDuplicateInvestors").WithSummary("查重 · Investors that are already there, asked before entering one");

    /// <summary>
    /// Lets entries of one name or code come one after the other, so that the later one sees the earlier. For requests that enter one,
    /// before they lock any row.
    /// </summary>
    public static async Task OneAtATimeAsync(
        LeadsDb db, string? name, string? uscc, ForeignRegistration? foreign, CancellationToken ct)
    {
        string[] keys =
        [
            .. name is null ? (string[])[] : [InvestorFacts.KeyOfName(name)],
            .. InvestorFacts.KeysOfCodes(Uscc.TryParse(uscc, out var code) ? code.Value : null, foreign),
        ];
        if (keys.Length > 0)
        {
            await db.LockInvestorKeysAsync(keys, ct);
        }
    }

    /// <summary>
    /// Refuses an investor whose USCC or foreign registration another one has, naming that one where the caller reads it. One that is
    /// confidential to the caller counts for nothing: the code is entered a second time, and a merge repairs that.
    /// </summary>
    public static async Task RefuseCodesAsync(LeadsDb db, Caller caller, Investor investor, CancellationToken ct)
    {
        if (investor.Uscc is not null)
        {
            await RefuseAsync(db, caller, i => i.Uscc == investor.Uscc && i.Id != investor.Id, "investor.usccTaken", ct);
        }

        if (investor.RegistrationKey is not null)
        {
            await RefuseAsync(
                db, caller, i => i.RegistrationKey == investor.RegistrationKey && i.Id != investor.Id, "investor.registrationTaken", ct);
        }
    }

    private static async Task RefuseAsync(
        LeadsDb db, Caller caller, Expression<Func<Investor, bool>> other, string problem, CancellationToken ct)
    {
        if (!await db.InvestorsDisclosedTo(caller).AnyAsync(other, ct))
        {
            return;
        }

        throw new Refusal(StatusCodes.Status409Conflict, problem)
        {
            Candidates = await db.InvestorsReadableBy(caller).Where(other).OrderBy(i => i.Id)
                .Take(MostListed).Select(i => new ProblemCandidate { Id = i.Id, Name = i.Name, Location = "/api/v1/investors/" + i.Id })
                .ToListAsync(ct),
        };
    }

    /// <summary>Refuses a new name of an investor that another one has, unless a reason overrides it; then the reason is audited.</summary>
    public static async Task RefuseAsync(
        LeadsDb db, Caller caller, Investor investor, DuplicateOverride? reason, TimeProvider clock, CancellationToken ct)
    {
        await RefuseCodesAsync(db, caller, investor, ct);
        var found = await FindAsync(
            db, caller, investor.Id, investor.Name, investor.Uscc, investor.ForeignRegistration, null, null, clock, ct);
        if (found.Same(byCode: false) is [])
        {
            return;
        }

        if (reason is null)
        {
            throw new Refusal(StatusCodes.Status409Conflict, "investor.duplicate")
            {
                Candidates = [.. found.Readable(plain: true).Select(
                    c => new ProblemCandidate { Id = c.InvestorId, Name = c.Name!, Location = c.Location, Score = c.Score,
                    Matched = c.Matched })],
                Faults = found.Elsewhere ? [new Fault("/name", "investor.elsewhere")] : [],
                Talks = await Talks.WithAsync(db, caller, found.Same(byCode: false), null, ct),
            };
        }

        db.Add(OverrideOf(caller.Actor(clock), investor.Id, reason.Reason));
    }

    /// <summary>
    /// The investor that a contact is with, when it is there already: by its code, or by its name when no reason says that this is another
    /// one; then the reason is audited. A contact is never refused for what somebody else holds.
    /// </summary>
    /// <param name="db">The database.</param>
    /// <param name="caller">Who enters it.</param>
    /// <param name="entered">The investor as it would be.</param>
    /// <param name="phone">The person's phone.</param>
    /// <param name="email">The person's address.</param>
    /// <param name="reason">Why it is another one than that of its name.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Its id, or null when it is new; and the similar investors that the caller reads, null when none.</returns>
    public static async Task<(Guid? Known, IReadOnlyList<PossibleDuplicate>? Similar)> KnownAsync(
        LeadsDb db, Caller caller, Investor entered, string? phone, string? email, DuplicateOverride? reason, TimeProvider clock,
        CancellationToken ct)
    {
        var found = await FindAsync(
            db, caller, entered.Id, entered.Name, entered.Uscc, entered.ForeignRegistration, phone, email, clock, ct);
        var known = found.Same(byCode: reason is not null) is [var same, ..] ? same : (Guid?)null;
        if (known is null && reason is not null && found.Same(byCode: false) is [_, ..])
        {
            db.Add(OverrideOf(caller.Actor(clock), entered.Id, reason.Reason));
        }

        return (known, found.Readable(plain: false).Where(c => c.InvestorId != known).ToList() is { Count: > 0 } similar
            ? [.. similar.Select(c => c with { Name = null })] : null);
    }

    /// <summary>
    /// The investor that was entered meanwhile for one of which nothing but what is in the bin was left, by the rules of entering: it has
    /// its code, or its name, and was entered since, or became one since with what was.
    /// </summary>
    public static async Task<Guid?> EnteredAnewAsync(
        LeadsDb db, Caller caller, Investor investor, DateTimeOffset since, TimeProvider clock, CancellationToken ct)
    {
        var found = await FindAsync(
            db, caller, investor.Id, investor.Name, investor.Uscc, investor.ForeignRegistration, null, null, clock, ct);
        if (found.Same(byCode: true) is [var byCode, ..])
        {
            return byCode;
        }

        var same = found.Same(byCode: false).ToArray();
        return await db.Investors.Where(i => same.Contains(i.Id) && (i.CreatedAt >= since
                || db.InvestorMerges.Any(m => m.IntoId == i.Id && m.UndoneAt == null && m.MergedAt >= since)))
            .OrderBy(i => i.Id).Select(i => (Guid?)i.Id).FirstOrDefaultAsync(ct);
    }

    private static async Task<Ok<DuplicatesAnswer>> Ask(
        [AsParameters] DuplicateQuery query, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        if (query is { Name: null, Uscc: null, RegistrationCountry: null, RegistrationNumber: null, Phone: null, Email: null })
        {
            faults.Add(new Fault("name", "value.required"));
        }

        if (query.Name is { Length: 0 or > 200 })
        {
            faults.Add(new Fault("name", "text.length", 1, 200));
        }

        if (!new PhoneNumberAttribute().IsValid(query.Phone))
        {
            faults.Add(new Fault("phone", "phone.invalid"));
        }

        if (!new MailAddressAttribute().IsValid(query.Email))
        {
            faults.Add(new Fault("email", "email.invalid"));
        }

        Uscc? uscc = null;
        if (query.Uscc is not null && !Uscc.TryParse(query.Uscc, out uscc, out var code))
        {
            faults.Add(new Fault("uscc", code));
        }

        var foreign = ForeignRegistrationRequest.InQuery(query.RegistrationCountry, query.RegistrationNumber, faults);

        if (faults.Count > 0)
        {
            throw Refusal.Invalid(faults);
        }

        var found = await FindAsync(db, caller, Guid.Empty, query.Name, uscc?.Value, foreign, query.Phone, query.Email, clock, ct);
        return TypedResults.Ok(new DuplicatesAnswer
        {
            Candidates = found.Readable(plain: true),
            Elsewhere = found.Elsewhere,
            Talks = await Talks.WithAsync(db, caller, found.Same(byCode: false), null, ct) is { Count: > 0 } talks ? talks : null,
        });
    }

    /// <summary>Finds existing investors in one statement of index look-ups.</summary>
    private static async Task<Found> FindAsync(
        LeadsDb db, Caller caller, Guid self, string? name, string? uscc, ForeignRegistration? foreign, string? phone, string? email,
        TimeProvider clock, CancellationToken ct)
    {
        var (compared, phoneKey, domain) =
            (name is null ? null : ComparedNames.KeyOf(name), PhoneNumbers.KeyOf(phone), ComparedContacts.DomainOf(email));
        var hits = db.Investors.Where(i => i.ComparedName == compared && i.Id != self && i.MergedIntoId == null)
            .OrderByDescending(i => i.Id).Take(MostPerKind)
            .Select(i => new HitRow { InvestorId = i.Id, By = ByName, PersonId = i.Id });
        foreach (var (key, by) in ((string? Key, int By)[])[(name is null ? null : InvestorFacts.KeyOfName(name), ByAlias),
            (uscc is null ? null : InvestorFacts.KeyOfCode(uscc), ByUscc),
            (foreign is null ? null : InvestorFacts.KeyOfCode(foreign), ByForeign)])
        {
            hits = key is null ? hits : hits.Concat(db.Investors
                .Where(i => i.Aliases.Contains(key) && i.Id != self && i.MergedIntoId == null)
                .Select(i => new HitRow { InvestorId = i.Id, By = by, PersonId = i.Id }));
        }

        if (phoneKey is not null)
        {
            hits = hits.Concat(db.People.Where(p => p.PhoneKey == phoneKey && p.InvestorId != self).OrderByDescending(p => p.Id)
                .Take(MostPerKind)
                .Select(p => new HitRow { InvestorId = p.InvestorId, By = ByPhone, PersonId = p.Id }));
        }

        if (domain is not null && ComparedContacts.Identifies(domain))
        {
            hits = hits.Concat(db.People.Where(p => p.EmailDomain == domain && p.InvestorId != self).OrderByDescending(p => p.Id)
                .Take(MostPerKind)
                .Select(p => new HitRow { InvestorId = p.InvestorId, By = ByDomain, PersonId = p.Id }));
        }

        if (uscc is not null)
        {
            hits = hits.Concat(db.Investors.Where(i => i.Uscc == uscc && i.Id != self).OrderByDescending(i => i.Id).Take(MostPerKind)
                .Select(i => new HitRow { InvestorId = i.Id, By = ByUscc, PersonId = i.Id }));
        }

        if (foreign?.Key is { } registration)
        {
            hits = hits.Concat(db.Investors.Where(i => i.RegistrationKey == registration && i.Id != self).OrderByDescending(i => i.Id)
                .Take(MostPerKind)
                .Select(i => new HitRow { InvestorId = i.Id, By = ByForeign, PersonId = i.Id }));
        }

        return new Found(await Seen(db, caller, clock, hits).ToListAsync(ct), name, uscc, foreign);
    }

    /// <summary>The hits, with what the caller may know of each.</summary>
    private static IQueryable<Hit> Seen(LeadsDb db, Caller caller, TimeProvider clock, IQueryable<HitRow> hits)
    {
        var (me, now, given) = (caller.Id, clock.GetUtcNow(), db.GivenTo(caller));
        return hits.Join(db.Investors, h => h.InvestorId, i => i.Id, (h, i) => new Hit
        {
            For = h.For,
            Id = i.Id,
            Name = i.Name,
            NameKey = i.NameKey,
            Uscc = i.Uscc,
            Foreign = i.RegistrationKey,
            By = h.By,
            // A person of another unit's talks says nothing of the investor either.
            Visible = h.By == ByPhone || h.By == ByDomain ? db.PeopleKnownTo(caller).Any(p => p.Id == h.PersonId)
                : db.Leads.ReadableBy(caller).Any(l => l.InvestorId == i.Id),
            Open = db.Leads.Any(l => l.InvestorId == i.Id && !l.Confidential),
            Plain = h.By != ByPhone || given.Any(l => l.InvestorId == i.Id)
                || db.Unmaskings.Any(u => u.PersonId == h.PersonId && u.CallerId == me && u.Until > now),
        }).AsNoTracking();
    }

    private sealed class HitRow
    {
        /// <summary>Of many investors that are asked for at once, the one it was found for.</summary>
        public Guid For { get; init; }

        public Guid InvestorId { get; init; }
        public int By { get; init; }
        public Guid PersonId { get; init; }
    }

    private sealed record Hit
    {
        /// <summary>Of many investors that are asked for at once, the one it was found for.</summary>
        public Guid For { get; init; }

        public required Guid Id { get; init; }
        public required string Name { get; init; }
        public required string NameKey { get; init; }
        public string? Uscc { get; init; }

        /// <summary>The key of its foreign registration.</summary>
        public string? Foreign { get; init; }

        public required int By { get; init; }

        /// <summary>Found by a code, which is of one legal person alone.</summary>
        public bool ByCode => By is ByUscc or ByForeign;

        /// <summary>Found by what is no personal data.</summary>
        public bool ByNameOrCode => ByCode || By is ByName or ByAlias;

        /// <summary>The caller sees a lead of it.</summary>
        public required bool Visible { get; init; }

        /// <summary>It has a lead that is not confidential.</summary>
        public required bool Open { get; init; }

        /// <summary>The caller reads in full what matched.</summary>
        public required bool Plain { get; init; }
    }

    private sealed class Found(IReadOnlyList<Hit> hits, string? name, string? uscc, ForeignRegistration? foreign)
    {
        /// <summary>It has leads that the caller does not read.</summary>
        public bool Elsewhere => hits.Any(h => h is { Visible: false, Open: true, ByNameOrCode: true } && Score([h]) >= Limit);

        /// <summary>
        /// The investors that it surely is, as far as the caller may know of them, the surest first: by the code, then those that the
        /// caller reads, then by the score.
        /// </summary>
        /// <param name="byCode">By the code only.</param>
        public IReadOnlyList<Guid> Same(bool byCode) =>
        [
            .. hits.Where(h => (h.Visible && h.Plain) || h is { Open: true, ByNameOrCode: true }).GroupBy(h => h.Id)
                .Where(of => of.Any(h => h.ByCode) || (!byCode && Score([.. of.DistinctBy(h => h.By)]) >= Limit))
                .OrderByDescending(of => of.Any(h => h.ByCode)).ThenByDescending(of => of.Any(h => h.Visible))
                .ThenByDescending(of => Score([.. of.DistinctBy(h => h.By)])).ThenBy(of => of.Key).Select(of => of.Key),
        ];

        /// <summary>Those that the caller may see, the surest first.</summary>
        /// <param name="plain">Only by what the caller reads in full.</param>
        public IReadOnlyList<PossibleDuplicate> Readable(bool plain) =>
        [
            .. hits.Where(h => h.Visible && (h.Plain || !plain)).GroupBy(h => h.Id).Select(of => new PossibleDuplicate
            {
                InvestorId = of.Key,
                Location = "/api/v1/investors/" + of.Key,
                Name = of.First().Name,
                Score = Score([.. of.DistinctBy(h => h.By)]),
                Matched =
                [
                    .. of.OrderBy(h => h.ByCode ? -1 : h.By == ByAlias ? ByName : h.By).ThenBy(h => h.By).Select(h => Word(h.By))
                        .Distinct(),
                ],
            }).OrderByDescending(c => c.Score).ThenByDescending(c => c.InvestorId).Take(MostListed),
        ];

        /// <summary>
        /// Each match leaves less room for chance: 100 − ∏ (100 − s). Two codes that differ are two legal persons, whatever the rest.
        /// </summary>
        private int Score(IReadOnlyList<Hit> of)
        {
            var chance = of.Aggregate(1.0, (left, hit) => left * (100 - Weight(hit)) / 100);
            var score = (int)Math.Round(100 * (1 - chance));
            return !of.Any(h => h.ByCode) && IsAnother(of[0]) ? Math.Min(score, 70) : score;
        }

        /// <summary>Whether a code of one kind differs: the USCC, or the number in the register of one country.</summary>
        private bool IsAnother(Hit hit) =>
            (uscc is not null && hit.Uscc is { } other && other != uscc)
            || (foreign is not null && hit.Foreign is { } key && key != foreign.Key
                && key.StartsWith(foreign.Country, StringComparison.Ordinal));

        private int Weight(Hit hit) => hit.By switch
        {
            ByUscc or ByForeign => 100,
            ByAlias => 90,
            ByName when ComparedNames.Apart(ComparedNames.RegionOf(name!), ComparedNames.RegionOf(hit.Name)) => 70,
            ByName => hit.NameKey == NameSearch.KeyOf(name!) ? 95 : 90,
            ByPhone => 60,
            _ => 40,
        };

        private static string Word(int by) =>
            by switch
            {
                ByUscc => "uscc",
                ByForeign => "foreignRegistration",
                ByName or ByAlias => "name",
                ByPhone => "phone",
                _ => "emailDomain",
            };
    }
}
