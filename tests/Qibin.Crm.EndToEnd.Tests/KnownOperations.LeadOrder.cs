using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>Claims, pool and what else keeps order among those who follow leads.</summary>
internal sealed partial class KnownOperations
{
    private void LeadOrder()
    {
        Add("fileClaim", async () => new Prepared { Body = Evidence(await _rows.LeadAsync()), Status = 201 });
        Add("listClaims", () => new Prepared());
        Add("readProtection", async () =>
            new Prepared { Path = "/api/v1/claims/protection?investorId=" + (await _rows.LeadAsync()).Of("investorId") });
        Add("listClaimDisputes", () => new Prepared());
        Add("readClaim", async () => (await ClaimAsync(await _rows.LeadAsync())).On(""));
        Add("confirmClaim", async () => (await ClaimAsync(await _rows.LeadAsync())).On("/confirmation",
            new { decision = "confirmed", note = "凭据属实" }));
        Add("releaseClaim", async () => (await ClaimAsync(await _rows.LeadAsync())).On("/release", new { reason = "不再跟进" }));
        Add("recordProvincialFiling",
            async () => (await LargeAsync()).On("/filing", new { reference = "示例备案 1 号", filedOn = "2026-01-05" }));
        Add("recordTaskForce", async () => (await LargeAsync()).On("/task-force", new { note = "示例专班", setUpOn = "2026-01-05" }));
        Add("extendClaim", async () =>
        {
            var lead = await _rows.LeadAsync();
            var claim = await ClaimAsync(lead);
            (await (await _rows.AsAsync("officer")).PostAsync(lead.Path + "/contacts", new { channel = "phone", summary = "回访" })).Is(201);
            var confirmed = (await (await _rows.AsAsync("unitHead")).PostAsync(claim.Path + "/confirmation", new { decision = "confirmed" },
                claim.ETag)).Is(200);
            return (claim with { ETag = confirmed.ETag }).On("/extension", new { progress = "再次洽谈" });
        });
        Add("disputeClaim", async () =>
        {
            var (claimed, other) = await TwoLeadsAsync();
            await ClaimAsync(claimed);
            return new Prepared
            {
                Body = Dispute(other),
                Status = 201,
                Token = await _system.TokenAsync(_system.Person("officer", "promotion-manufacturing")),
            };
        });
        Add("readClaimDispute", async () => (await DisputedAsync()).On(""));
        Add("resolveClaimDispute", async () => (await DisputedAsync()).On("/resolution", new { decision = "overturned", note = "洽谈在先" }));
        Rules("Claim", "claims",
            new
            {
                protectionDays = 90,
                extensionDays = 90,
                idleReleaseDays = 30,
                filingFrom = 1_000_000_000L,
                taskForceFrom = 5_000_000_000L,
            });

        Transfers();

        Add("listPool", () => new Prepared());
        Add("releaseToPool", async () => new Prepared { Body = new { leadId = (await _rows.LeadAsync()).Id, reason = "精力不足" } });
        Add("pickFromPool", async () =>
        {
            var owner = await OfficerAsync("promotion-manufacturing");
            var lead = RowsOfTheTests.Made("/api/v1/leads",
                await owner.PostAsync("/api/v1/first-contacts", RowsOfTheTests.FirstContact("manufacturing.equipment")));
            (await owner.PostAsync("/api/v1/pool", new { leadId = lead.Id, reason = "精力不足" })).Is(200);
            var me = (await (await _rows.AsAsync("officer")).GetAsync("/api/v1/me")).Is(200).Id;
            return lead.On("", new { ownerId = me }) with { Path = $"/api/v1/pool/{lead.Id}/pick", ETag = null };
        });
        Rules("Pool", "pool", new
        {
            enabled = true,
            startOn = "2026-11-24",
            idleDays = 30,
            warningDays = 3,
            dailyPicks = 100,
            returnDays = 30,
        });

        Responses();

        // A year that no deadline of these tests comes near.
        Add("readCalendarYear", () => new Prepared { Path = "/api/v1/calendar/2026", SeenByAll = true });
        Add("changeCalendarYear", async () => new Prepared
        {
            Path = "/api/v1/calendar/2090",
            ETag = (await (await _rows.AsAsync("administrator")).GetAsync("/api/v1/calendar/2090")).Is(200).ETag,
            Body = new
            {
                source = "示例安排",
                days = new[]
                {
                    new { on = "2090-10-02", @as = "holiday", name = "国庆节" },
                    new { on = "2090-10-07", @as = "workday", name = "国庆节" },
                },
            },
        });
    }

    private void Responses()
    {
        Add("listResponseBreaches", () => new Prepared());
        Rules("Response", "response-clock", new { officerDays = 1, assessmentDays = 3, feedbackDays = 7, reportDays = 14 });
        Rules("Digest", "digest", new { hour = 8, minute = 30 });
        Add("pauseResponseClock", async () => (await _rows.LeadAsync()).On("/response-clock/pause", new { reason = "等待客商提供方案" }));
        Add("resumeResponseClock", async () =>
        {
            var lead = await _rows.LeadAsync();
            var paused = (await (await _rows.AsAsync("officer")).PostAsync(lead.Path + "/response-clock/pause", new { reason = "等待客商提供方案" },
                lead.ETag)).Is(200);
            return (lead with { ETag = paused.ETag }).On("/response-clock/resume");
        });
    }

    private void Transfers()
    {
        Add("proposeTransfer", async () => new Prepared { Body = await ProposalAsync(await _rows.LeadAsync()), Status = 201 });
        Add("listTransfers", () => new Prepared());
        Add("readTransfer", async () => (await ProposedAsync()).On(""));
        Add("answerTransfer", async () => (await ProposedAsync()).On("/answer", new { answer = "accepted", note = "同意接收" }) with
        {
            Token = await _system.TokenAsync(_system.Person("officer", "promotion-manufacturing")),
        });
        Add("withdrawTransfer", async () => (await ProposedAsync()).On("/withdrawal"));
        Add("confirmTransfer", async () =>
        {
            var proposed = await ProposedAsync();
            var accepted = await (await OfficerAsync("promotion-manufacturing")).PostAsync(proposed.Path + "/answer",
                new { answer = "accepted" }, proposed.ETag);
            return (proposed with { ETag = accepted.Is(200).ETag }).On("/confirmation", new { decision = "confirmed", note = "同意流转" });
        });
        Rules("Transfer", "transfers", new { answerHours = 72 });
    }

    private async Task<object> ProposalAsync(Row lead)
    {
        var from = (await (await _rows.AsAsync("officer")).GetAsync(lead.Path)).Is(200).Json.GetProperty("unitId").GetGuid();
        var to = (await (await OfficerAsync("promotion-manufacturing")).GetAsync("/api/v1/me")).Is(200).Json;
        var before = (await (await _rows.AsAsync("officer")).GetAsync($"/api/v1/transfers?state=confirmed&leadId={lead.Id}")).Is(200).Json
            .GetProperty("items");
        // A unit that had the lead before keeps its share.
        var kept = before.EnumerateArray().SelectMany(t => t.GetProperty("shares").EnumerateArray())
            .Select(s => (Unit: s.GetProperty("unitId").GetGuid(), Credit: s.GetProperty("credit").GetInt32(),
                Tax: s.GetProperty("tax").GetInt32()))
            .Where(s => s.Unit != from);
        return new
        {
            leadId = lead.Id,
            toOwnerId = to.GetProperty("id").GetGuid(),
            shares = ((Guid Unit, int Credit, int Tax)[])[.. kept, (from, 6000, 5000),
                (to.GetProperty("unitId").GetGuid(), 4000, 5000)] is var shares
                ? shares.Select(s => new { unitId = s.Unit, credit = s.Credit, tax = s.Tax }) : [],
            reason = "产业方向更契合",
        };
    }

    private async Task<Row> ProposedAsync()
    {
        var lead = await _rows.LeadAsync();
        return RowsOfTheTests.Made("/api/v1/transfers",
            await (await _rows.AsAsync("officer")).PostAsync("/api/v1/transfers", await ProposalAsync(lead)), seenByAll: false);
    }

    private void Rules(string name, string at, object body)
    {
        Add($"read{name}Rules", () => new Prepared());
        Add($"change{name}Rules", async () => new Prepared
        {
            ETag = (await (await _rows.AsAsync("administrator")).GetAsync($"/api/v1/{at}/rules")).Is(200).ETag,
            Body = body,
        });
    }

    private static object Evidence(Row lead) => new { leadId = lead.Id, contactId = lead.Of("contactId"), note = "首次来电洽谈" };

    private static object Dispute(Row lead) => new { leadId = lead.Id, contactId = lead.Of("contactId"), reason = "我局洽谈在先" };

    private async Task<ApiClient> OfficerAsync(string unit) => await _system.AsAsync("officer", unit);

    private async Task<Row> ClaimAsync(Row lead) =>
        RowsOfTheTests.Made("/api/v1/claims", await (await _rows.AsAsync("officer")).PostAsync("/api/v1/claims", Evidence(lead)),
            seenByAll: false);

    private async Task<Row> LargeAsync()
    {
        var lead = await _rows.LeadAsync();
        var amended = (await (await _rows.AsAsync("officer")).PatchAsync(lead.Path,
            new { estimatedInvestment = RowsOfTheTests.Yuan("6000000000.00") }, lead.ETag)).Is(200);
        return await ClaimAsync(lead with { ETag = amended.ETag });
    }

    /// <summary>Two leads of one investor: of the first unit, and of the third.</summary>
    private async Task<(Row Claimed, Row Other)> TwoLeadsAsync()
    {
        var claimed = await _rows.LeadAsync();
        var further = await (await _rows.AsAsync("coordinator")).PostAsync("/api/v1/first-contacts", new
        {
            investorId = claimed.Of("investorId"),
            personName = "示例人",
            phone = "17012345678",
            channel = "expo",
            summary = "展会洽谈",
            nextStep = "发送资料",
            nextStepDueOn = "2030-01-01",
            ownerId = await _rows.UserAsync("ji.shuhang"),
        });
        return (claimed, RowsOfTheTests.Made("/api/v1/leads", further, seenByAll: false));
    }

    private async Task<Row> DisputedAsync()
    {
        var (claimed, other) = await TwoLeadsAsync();
        await ClaimAsync(claimed);
        var dispute = await (await OfficerAsync("promotion-manufacturing")).PostAsync("/api/v1/claims/disputes", Dispute(other));
        return RowsOfTheTests.Made("/api/v1/claims/disputes", dispute, seenByAll: false);
    }
}
