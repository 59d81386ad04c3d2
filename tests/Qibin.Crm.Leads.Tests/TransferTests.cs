using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class TransferTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task A_transfer_is_proposed_accepted_and_confirmed_and_both_units_read_while_only_one_works()
    {
        var (from, to, coordinator) = await PartiesAsync();
        var fromHead = TestCaller.Person(Roles.UnitHead, Reach.Subtree, from.UnitId);
        var lead = await leads.LeadAsync(leads.As(from));
        var path = LeadsFixture.Path(lead);
        (await leads.As(to).GetAsync(path)).Is(404);
        var transfer = (await ProposeAsync(from, lead, to, 6000, 2500)).Is(201);
        var at = $"/api/v1/transfers/{transfer.Id}";

        Assert.Equal("示例航天科技有限公司", (await leads.As(to).GetAsync(at)).Is(200).Json.GetProperty("investorName").GetString());
        (await leads.As(to).GetAsync(path)).Is(404);
        (await leads.As(TestCaller.Officer(to.UnitId)).GetAsync(at)).Is(404);
        (await leads.As(from).PostAsync(at + "/answer", new { answer = "accepted" }, transfer.ETag)).IsProblem(404, "resource.notFound");
        (await leads.As(coordinator).PostAsync(at + "/confirmation", new { decision = "confirmed" }, transfer.ETag))
            .IsProblem(409, "transfer.wrongState");
        var accepted = (await leads.As(to).PostAsync(at + "/answer", new { answer = "accepted", note = "同意接收" }, transfer.ETag)).Is(200);
        (await leads.As(to).PostAsync(at + "/confirmation", new { decision = "confirmed" }, accepted.ETag))
            .IsProblem(403, "auth.forbidden");
        (await leads.As(coordinator).PostAsync(at + "/confirmation", new { decision = "confirmed" }, accepted.ETag)).Is(200);

        // Both read, by every door; one works.
        foreach (var reader in (TestCaller[])[from, fromHead, TestCaller.Person(Roles.Officer, Reach.Unit, from.UnitId), to, coordinator])
        {
            var read = (await leads.As(reader).GetAsync(path)).Is(200);
            Assert.Equal(to.UnitId, read.Json.GetProperty("unitId").GetGuid());
            Assert.Contains(lead.Id.ToString(),
                (await leads.As(reader).GetAsync($"/api/v1/leads?investorId={lead.Json.GetProperty("investorId").GetGuid()}")).Body,
                StringComparison.Ordinal);
            (await leads.As(reader).GetAsync(path + "/contacts")).Is(200);
        }

        (await leads.As(TestCaller.Officer(from.UnitId)).GetAsync(path)).Is(404);
        var now = (await leads.As(from).GetAsync(path)).ETag;
        (await leads.As(from).PostAsync(path + "/contacts", new { channel = "phone", summary = "x" })).IsProblem(404, "resource.notFound");
        (await leads.As(from).PatchAsync(path, new { title = "x" }, now)).IsProblem(404, "resource.notFound");
        (await leads.As(fromHead).PostAsync(path + "/assignment", new { ownerId = from.Id, reason = "x" }, now))
            .IsProblem(404, "resource.notFound");
        (await leads.As(to).PostAsync(path + "/contacts", new { channel = "phone", summary = "接手后首次联系" })).Is(201);

        var assigned = (await leads.Service.EventsAsync(lead.Id)).Single(e => e.Type == "LeadAssigned").Payload.GetProperty("lead");
        Assert.Contains(from.UnitId.ToString(), assigned.GetProperty("sharedWith").ToString(), StringComparison.Ordinal);
        var shares = (await leads.Service.EventsAsync(transfer.Id))[^1].Payload;
        Assert.Equal("confirmed", shares.GetProperty("state").GetString());
        Assert.Equal(10_000, shares.GetProperty("shares").EnumerateArray().Sum(s => s.GetProperty("credit").GetInt32()));
        Assert.Equal(10_000, shares.GetProperty("shares").EnumerateArray().Sum(s => s.GetProperty("tax").GetInt32()));
    }

    [Fact]
    public async Task S1_The_former_unit_reads_the_investor_and_changes_nothing_of_it()
    {
        var (from, to, coordinator) = await PartiesAsync();
        var head = leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, from.UnitId));
        var (lead, own) = (await leads.LeadAsync(leads.As(from)), await leads.LeadAsync(leads.As(from)));
        var transfer = (await ProposeAsync(from, lead, to, 6000, 2500)).Is(201);
        var accepted = (await leads.As(to).PostAsync(
            $"/api/v1/transfers/{transfer.Id}/answer", new { answer = "accepted" }, transfer.ETag)).Is(200);
        (await leads.As(coordinator).PostAsync(
            $"/api/v1/transfers/{transfer.Id}/confirmation", new { decision = "confirmed" }, accepted.ETag)).Is(200);

        var (investor, ownInvestor) = (Investor(lead), Investor(own));
        var person = $"{investor}/people/{lead.Json.GetProperty("personId").GetGuid()}";
        var referrer = LeadsFixture.Path(lead) + "/referrer";
        var (asRead, personAsRead) = ((await head.GetAsync(investor)).Is(200).ETag, (await head.GetAsync(person)).Is(200).ETag);
        Answer[] refused =
        [
            await head.PatchAsync(investor, new { name = "更名客商" }, asRead),
            await head.PostAsync(investor + "/people", new { name = "示例同事" }),
            await head.PatchAsync(person, new { phone = "13900000000" }, personAsRead),
            await head.PostAsync(referrer, new { kind = "organisation", name = "示例商会" }),
            await head.PostAsync(ownInvestor + "/merge", new { from = Id(investor) }, (await head.GetAsync(ownInvestor)).ETag),
            await head.PostAsync(investor + "/merge", new { from = Id(ownInvestor) }, asRead),
            await head.PostAsync("/api/v1/claims", new { leadId = lead.Id, contactId = lead.Json.GetProperty("contactId").GetGuid() }),
        ];
        Assert.All(refused, answer => answer.IsProblem(404, "resource.notFound"));
        (await leads.As(from).PostAsync("/api/v1/first-contacts", leads.FirstContact(("investorName", null), ("investorId", Id(investor)))))
            .IsProblem(409, "investor.unknown");
        Assert.Equal((asRead, personAsRead), ((await head.GetAsync(investor)).ETag, (await head.GetAsync(person)).ETag));

        // The other unit does all of it.
        var proposed = (await leads.As(to).PostAsync(referrer, new { kind = "organisation", name = "示例商会" })).Is(201);
        (await head.PostAsync(referrer + "/approval", new { }, proposed.ETag)).IsProblem(404, "resource.notFound");
        (await head.PatchAsync(referrer, new { note = "x" }, proposed.ETag)).IsProblem(404, "resource.notFound");
        (await leads.As(to).PatchAsync(person, new { title = "总监" }, personAsRead)).Is(200);
        (await leads.As(to).PatchAsync(investor, new { sourceRegion = "410600" }, asRead)).Is(200);

        static string Investor(Answer receipt) => $"/api/v1/investors/{receipt.Json.GetProperty("investorId").GetGuid()}";
        static string Id(string path) => path.Split('/')[^1];
    }

    [Fact]
    public async Task Shares_that_do_not_add_up_or_take_from_others_are_refused_and_one_transfer_at_a_time_is_under_way()
    {
        var (from, to, coordinator) = await PartiesAsync();
        var third = await leads.PlacedAsync(TestCaller.Officer());
        var lead = await leads.LeadAsync(leads.As(from));
        (await SharesAsync(from, lead, to, (from.UnitId, 6000, 5000), (to.UnitId, 3999, 5000))).IsProblem(409, "transfer.shareSum");
        (await SharesAsync(from, lead, to, (from.UnitId, 6000, 5001), (to.UnitId, 4000, 5000))).IsProblem(409, "transfer.shareSum");
        (await SharesAsync(from, lead, to, (from.UnitId, 11000, 5000), (to.UnitId, -1000, 5000))).IsProblem(400, "request.invalid");
        (await SharesAsync(from, lead, to, (from.UnitId, 6000, 5000), (third.UnitId, 4000, 5000))).IsProblem(409, "transfer.shareUnits");
        (await ProposeAsync(from, lead, TestCaller.Officer(), 5000, 5000)).IsProblem(409, "officer.unknown");
        (await ProposeAsync(from, lead, await leads.PlacedAsync(TestCaller.Officer(from.UnitId)), 5000, 5000))
            .IsProblem(409, "transfer.sameUnit");

        var races = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ProposeAsync(from, lead, to, 6000, 5000)));
        Assert.Single(races, r => r.Status == 201);
        Assert.Equal(7, races.Count(r => r.Code == "transfer.open"));
        var first = races.Single(r => r.Status == 201);
        var accepted = (await leads.As(to).PostAsync($"/api/v1/transfers/{first.Id}/answer", new { answer = "accepted" }, first.ETag))
            .Is(200);
        (await leads.As(coordinator).PostAsync($"/api/v1/transfers/{first.Id}/confirmation", new { decision = "confirmed" }, accepted.ETag))
            .Is(200);

        // What the first unit kept is its own when the second gives the lead on.
        (await SharesAsync(to, lead, third, (to.UnitId, 5000, 5000), (third.UnitId, 5000, 5000))).IsProblem(409, "transfer.shareUnits");
        (await SharesAsync(to, lead, third, (from.UnitId, 5000, 5000), (to.UnitId, 2000, 2000), (third.UnitId, 3000, 3000)))
            .IsProblem(409, "transfer.shareOfOthers");
        (await SharesAsync(to, lead, third, (from.UnitId, 6000, 5000), (to.UnitId, 1000, 2500), (third.UnitId, 3000, 2500))).Is(201);
    }

    [Fact]
    public async Task An_unanswered_transfer_lapses_once_and_a_declined_one_leaves_the_lead_where_it_was()
    {
        var (from, to, _) = await PartiesAsync();
        var lead = await leads.LeadAsync(leads.As(from));
        (await leads.As(from).PostAsync(
            "/api/v1/transfers", Body(
            lead, to, leads.Service.Clock.GetUtcNow().AddDays(-1), (from.UnitId, 5000, 5000), (to.UnitId, 5000, 5000))))
            .IsProblem(409, "transfer.answerBy");
        var lapsing = (await ProposeAsync(from, lead, to, 5000, 5000)).Is(201);
        leads.Service.Clock.Advance(TimeSpan.FromHours(71));
        await leads.Service.RunDueAsync();
        Assert.Equal("proposed", (await leads.As(from).GetAsync($"/api/v1/transfers/{lapsing.Id}")).Json.GetProperty("state").GetString());
        leads.Service.Clock.Advance(TimeSpan.FromHours(1));
        (await leads.As(to).PostAsync($"/api/v1/transfers/{lapsing.Id}/answer", new { answer = "accepted" }, lapsing.ETag))
            .IsProblem(409, "transfer.tooLate");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => leads.Service.RunDueAsync()));
        Assert.Equal(["proposed", "lapsed"], (await leads.Service.EventsAsync(lapsing.Id))
            .Select(e => e.Payload.GetProperty("state").GetString()));

        var declined = (await ProposeAsync(from, lead, to, 5000, 5000)).Is(201);
        (await leads.As(to).PostAsync($"/api/v1/transfers/{declined.Id}/answer", new { answer = "declined", note = "不对口" }, declined.ETag))
            .Is(200);
        var withdrawn = (await ProposeAsync(from, lead, to, 5000, 5000)).Is(201);
        (await leads.As(to).PostAsync($"/api/v1/transfers/{withdrawn.Id}/withdrawal", new { }, withdrawn.ETag)).Is(404);
        (await leads.As(from).PostAsync($"/api/v1/transfers/{withdrawn.Id}/withdrawal", new { }, withdrawn.ETag)).Is(200);
        Assert.Equal(from.UnitId, (await leads.As(from).GetAsync(LeadsFixture.Path(lead))).Json.GetProperty("unitId").GetGuid());
        (await leads.As(to).GetAsync(LeadsFixture.Path(lead))).Is(404);
    }

    [Fact]
    public async Task A_confidential_lead_goes_only_to_a_named_reader_and_a_lead_given_away_meanwhile_is_not_confirmed()
    {
        var (from, to, coordinator) = await PartiesAsync();
        var secret = await leads.LeadAsync(leads.As(from), ("confidential", true));
        (await ProposeAsync(from, secret, to, 5000, 5000)).IsProblem(409, "transfer.confidential");

        var lead = await leads.LeadAsync(leads.As(from));
        var transfer = (await ProposeAsync(from, lead, to, 5000, 5000)).Is(201);
        var accepted = (await leads.As(to).PostAsync($"/api/v1/transfers/{transfer.Id}/answer", new { answer = "accepted" }, transfer.ETag))
            .Is(200);
        var colleague = await leads.PlacedAsync(TestCaller.Officer(from.UnitId));
        (await leads.As(coordinator)
            .PostAsync(LeadsFixture.Path(lead) + "/assignment", new { ownerId = colleague.Id, reason = "休假" }, lead.ETag)).Is(200);
        (await leads.As(coordinator)
            .PostAsync($"/api/v1/transfers/{transfer.Id}/confirmation", new { decision = "confirmed" }, accepted.ETag))
            .IsProblem(409, "transfer.overtaken");
        (await leads.As(coordinator)
            .PostAsync($"/api/v1/transfers/{transfer.Id}/confirmation", new { decision = "refused" }, accepted.ETag)).Is(200);
    }

    [Fact]
    public async Task S8_One_coordinator_neither_accepts_what_they_proposed_nor_confirms_what_they_proposed_or_accepted()
    {
        var (from, to, coordinator) = await PartiesAsync();
        var (second, third) = (TestCaller.Person(Roles.Coordinator), TestCaller.Person(Roles.Coordinator));
        var lead = await leads.LeadAsync(leads.As(from));
        var transfer = (await SharesAsync(coordinator, lead, to, (from.UnitId, 6000, 2500), (to.UnitId, 4000, 7500))).Is(201);
        var at = $"/api/v1/transfers/{transfer.Id}";
        (await leads.As(coordinator).PostAsync(at + "/answer", new { answer = "accepted" }, transfer.ETag))
            .IsProblem(409, "transfer.ownProposal");
        var accepted = (await leads.As(second).PostAsync(at + "/answer", new { answer = "accepted" }, transfer.ETag)).Is(200);
        foreach (var own in (TestCaller[])[coordinator, second])
        {
            foreach (var decision in (string[])["confirmed", "refused"])
            {
                (await leads.As(own).PostAsync(at + "/confirmation", new { decision }, accepted.ETag))
                    .IsProblem(409, "transfer.ownProposal");
            }
        }

        (await leads.As(third).PostAsync(at + "/confirmation", new { decision = "confirmed" }, accepted.ETag)).Is(200);
    }

    private async Task<(TestCaller From, TestCaller To, TestCaller Coordinator)> PartiesAsync() =>
        (await leads.PlacedAsync(TestCaller.Officer()), await leads.PlacedAsync(TestCaller.Officer()),
            TestCaller.Person(Roles.Coordinator));

    private Task<Answer> ProposeAsync(TestCaller from, Answer lead, TestCaller to, int creditKept, int taxKept) =>
        SharesAsync(from, lead, to, (from.UnitId, creditKept, taxKept), (to.UnitId, 10_000 - creditKept, 10_000 - taxKept));

    private Task<Answer> SharesAsync(TestCaller from, Answer lead, TestCaller to, params (Guid Unit, int Credit, int Tax)[] shares) =>
        leads.As(from).PostAsync("/api/v1/transfers", Body(lead, to, null, shares));

    private static object Body(Answer lead, TestCaller to, DateTimeOffset? answerBy, params (Guid Unit, int Credit, int Tax)[] shares) =>
        new
        {
            leadId = lead.Id,
            toOwnerId = to.Id,
            reason = "产业方向更契合",
            answerBy,
            shares = shares.Select(s => new { unitId = s.Unit, credit = s.Credit, tax = s.Tax }),
        };
}
