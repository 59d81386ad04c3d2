using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Claims;

/// <summary>
/// One protection per real investor. A claim protects all names and codes of its investor (<see cref="Investor.Keys"/>) and follows them
/// through renames and merges. Whoever gives a claim its keys takes the advisory locks of these keys first, and an exclusion constraint of
/// the database refuses a second period of one key. Locks are taken in this order: investors, leads, keys, claims.
/// </summary>
internal static class Protections
{
    /// <summary>The claims that protect one of the keys by their state, even if their period has just ended; in order of filing.</summary>
    public static IQueryable<Claim> Holding(this IQueryable<Claim> claims, string[] keys) =>
        claims.Where(c => c.State <= ClaimState.Disputed && c.Keys.Any(k => keys.Contains(k))).OrderBy(c => c.Number);

    /// <summary>
    /// The claims that protect one of the keys, or one of the investors by whatever key, locked. Those after their period are ended here,
    /// so nothing waits for the timer.
    /// </summary>
    public static async Task<IReadOnlyList<Claim>> HoldingAsync(
        LeadsDb db, string[] keys, Guid[] investors, ClaimRules rules, Actor actor, CancellationToken ct)
    {
        await db.LockProtectedKeysAsync(keys, ct);
        var found = await db.Claims.FromSql(
            $"""
            select * from claim where state <= {(int)ClaimState.Disputed} and (keys && {keys} or investor_id = any ({investors}))
            order by id for update
            """).ToListAsync(ct);
        var ended = false;
        foreach (var claim in found)
        {
            ended |= await FileClaim.LapseAsync(db, claim, rules, actor, ct);
        }

        if (ended)
        {
            // The ends first: the constraint looks at each statement.
            db.ChangeTracker.DetectChanges();
            await db.SaveChangesAsync(ct);
        }

        return [.. found.Where(c => c.Holds).OrderBy(c => c.Number)];
    }

    /// <summary>The investor has another name or code; the claim that protects it follows. The investor's row is locked.</summary>
    /// <exception cref="Refusal">409 <c>claim.taken</c>: see <see cref="ProtectedInvestors.Against"/>.</exception>
    public static async Task FollowRenameAsync(LeadsDb db, Caller caller, Investor investor, Actor actor, CancellationToken ct)
    {
        var known = await ProtectedInvestors.LookAsync(db, caller, [investor.Id], investor.Keys, actor, ct);
        if (known.Against(investor.Id, investor.Keys) is { } other)
        {
            throw await TakenAsync(db, caller, other, null, ct);
        }

        known.Follow(investor.Id, investor.Keys, actor);
    }

    /// <summary>
    /// Leads went from one investor to another, by a merge or its undoing: their claim goes with them, and each follows the names and codes
    /// of its investor. Both investors are locked.
    /// </summary>
    /// <exception cref="RuleViolation"><c>merge.bothClaimed</c>.</exception>
    /// <exception cref="Refusal">409 <c>claim.taken</c>: another investor with one of the names or codes is protected.</exception>
    public static async Task FollowMergeAsync(
        LeadsDb db, Caller caller, IReadOnlyCollection<Guid> leadIds, Investor from, Investor to, Actor actor, CancellationToken ct)
    {
        Investor[] both = [from, to];
        var known = await ProtectedInvestors.LookAsync(
            db, caller, [from.Id, to.Id], [.. from.Keys.Union(to.Keys)], actor, ct);
        foreach (var claim in known.Claims.Where(c => both.Any(i => i.Id == c.InvestorId)))
        {
            var home = leadIds.Contains(claim.LeadId) ? to : both.Single(i => i.Id == claim.InvestorId);
            if (known.Claims.FirstOrDefault(c => c != claim && c.Keys.Intersect(home.Keys).Any()) is { } other)
            {
                throw both.Any(i => i.Id == other.InvestorId) ? new RuleViolation("merge.bothClaimed")
                    : await TakenAsync(db, caller, other, null, ct);
            }

            if (claim.Follow(home.Id, home.Keys, actor))
            {
                db.Publish(claim, claim.Moved(claim.State), claim.LeadId);
            }
        }
    }

    /// <summary>
    /// The refusal that names the protecting unit, its officer and the date, and the request that opens a dispute; for a confidential lead
    /// it names neither of the three.
    /// </summary>
    /// <param name="db">The database.</param>
    /// <param name="caller">Who is refused.</param>
    /// <param name="claim">The claim that is in the way.</param>
    /// <param name="unitId">The unit whose own lead could dispute it; null when no lead is at hand.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Refusal> TakenAsync(LeadsDb db, Caller caller, Claim claim, Guid? unitId, CancellationToken ct)
    {
        var protection = await ReadAsync(db, caller, claim, ct);
        var next = unitId is { } unit && unit != claim.UnitId && claim.State != ClaimState.Disputed
            ? new NextRequest { Operation = "disputeClaim", Method = "POST", Location = "/api/v1/claims/disputes" } : null;
        return protection.UnitName is { } name
            ? new Refusal(StatusCodes.Status409Conflict, "claim.taken", name, protection.ClaimedAt!.Value.OnDay())
            {
                Candidates = protection.ClaimId is { } id
                    ? [new ProblemCandidate { Id = id, Name = claim.InvestorName, Location = $"/api/v1/claims/{id}" }] : [],
                Talks =
                [
                    new UnitInTalks
                    {
                        UnitId = claim.UnitId,
                        UnitName = name,
                        OwnerId = protection.OwnerId!.Value,
                        Since = claim.ClaimedAt.OnDay(),
                    },
                ],
                Next = next,
            }
            : new Refusal(StatusCodes.Status409Conflict, "claim.takenBySomebody") { Next = next };
    }

    /// <summary>What the caller may know of a claim that protects an investor.</summary>
    public static async Task<ProtectionAnswer> ReadAsync(LeadsDb db, Caller caller, Claim claim, CancellationToken ct)
    {
        var lead = await db.Leads.DisclosedTo(caller).Where(l => l.Id == claim.LeadId)
            .Select(l => new { l.OwnerId, Readable = db.Leads.ReadableBy(caller).Any(r => r.Id == l.Id) }).SingleOrDefaultAsync(ct);
        if (lead is null)
        {
            return new ProtectionAnswer { Protected = true };
        }

        var unit = await db.Set<UnitRow>().AsNoTracking().SingleOrDefaultAsync(u => u.UnitId == claim.UnitId, ct);
        return new ProtectionAnswer
        {
            Protected = true,
            UnitId = claim.UnitId,
            UnitName = unit?.Name ?? claim.UnitId.ToString(),
            OwnerId = lead.OwnerId,
            ClaimedAt = claim.ClaimedAt,
            HeldUntil = claim.HeldUntil,
            ClaimId = lead.Readable ? claim.Id : null,
        };
    }
}

/// <summary>Some investors, and the claims that are in the way of new names or codes of those that are protected.</summary>
internal sealed class ProtectedInvestors
{
    /// <summary>No investor.</summary>
    public static readonly ProtectedInvestors None = new([], []);

    private readonly HashSet<Guid> _editable;

    private ProtectedInvestors(IReadOnlyList<Claim> claims, HashSet<Guid> editable) => (Claims, _editable) = (claims, editable);

    /// <summary>The claims on these investors and on the keys; none when none of the investors is protected.</summary>
    public IReadOnlyList<Claim> Claims { get; }

    /// <summary>The investors' rows are locked, so no claim can be filed on them meanwhile.</summary>
    public static async Task<ProtectedInvestors> LookAsync(
        LeadsDb db, Caller caller, Guid[] investors, string[] keys, Actor actor, CancellationToken ct)
    {
        if (!await db.Claims.AnyAsync(c => c.State <= ClaimState.Disputed && investors.Contains(c.InvestorId), ct))
        {
            return None;
        }

        var claims = await Protections.HoldingAsync(db, keys, investors, await db.RulesAsync<ClaimRules>(ct), actor, ct);
        Guid[] leads = [.. claims.Select(c => c.LeadId)];
        return new(claims, [.. await db.Leads.EditableBy(caller).Where(l => leads.Contains(l.Id)).Select(l => l.Id).ToListAsync(ct)]);
    }

    /// <summary>
    /// The claim that keeps an investor from having these names and codes: another one that protects one of them, or the investor's own,
    /// when it would no longer protect what it did and the caller does not follow its lead. Otherwise anybody with a lead of a protected
    /// investor could rename it, enter it anew and claim that.
    /// </summary>
    public Claim? Against(Guid investorId, string[] keys) =>
        Of(investorId) is not { } own ? null
        : own.Keys.Except(keys).Any() && !_editable.Contains(own.LeadId) ? own
        : Claims.FirstOrDefault(c => c != own && c.Keys.Intersect(keys).Any());

    /// <summary>The investor's claim, if it has one, protects these names and codes from now on.</summary>
    public void Follow(Guid investorId, string[] keys, Actor actor) => Of(investorId)?.Follow(investorId, keys, actor);

    private Claim? Of(Guid investorId) => Claims.FirstOrDefault(c => c.InvestorId == investorId);
}
