using System.Text.Json;
using Npgsql;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

/// <summary>S11: one audit over all services.</summary>
public class AuditTests(RunningSystem system)
{
    [Fact]
    public async Task S11_A_change_in_any_service_is_read_in_one_audit_with_its_values_and_address()
    {
        var person = system.Person("officer", "promotion-satellite");
        using var officer = await system.AsAsync("officer", "promotion-satellite");
        var first = (await officer.PostAsync("/api/v1/first-contacts", new
        {
            investorName = $"审计示例{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}有限公司",
            personName = "王先生",
            phone = "13900004444",
            channel = "phone",
            summary = "对方王先生手机 13900004444，愿意来访",
            occurredOn = "2026-03-02",
            nextStep = "发送资料",
            nextStepDueOn = "2030-01-01",
        })).Is(201);
        var lead = first.Id;
        var entry = await FoundAsync($"subjectId={lead}&operation=logFirstContact");
        Assert.Equal(("leads", "127.0.0.1", "logFirstContact"), (entry.GetProperty("service").GetString(),
            entry.GetProperty("address").GetString(), entry.GetProperty("operation").GetString()));
        Assert.False(string.IsNullOrEmpty(entry.GetProperty("actorName").GetString()));
        Assert.DoesNotContain("13900004444", entry.GetRawText(), StringComparison.Ordinal);

        var read = (await officer.GetAsync($"/api/v1/leads/{lead}")).Is(200);
        (await officer.PatchAsync($"/api/v1/leads/{lead}", new { title = "审计之后的标题" }, ifMatch: read.ETag)).Is(200);
        var amended = await FoundAsync($"subjectId={lead}&operation=amendLead");
        Assert.Contains(amended.GetProperty("changes").EnumerateArray().SelectMany(c => c.GetProperty("fields").EnumerateArray()),
            f => f.GetProperty("name").GetString() == "title" && f.GetProperty("after").GetString() == "审计之后的标题");

        // Made confidential, its entries say neither what they are about nor what changed, the earlier ones included.
        using var head = await system.AsAsync("unitHead", "promotion-satellite");
        read = (await head.GetAsync($"/api/v1/leads/{lead}")).Is(200);
        (await head.PatchAsync($"/api/v1/leads/{lead}", new { confidential = true }, ifMatch: read.ETag)).Is(200);
        using var auditor = await system.AsAsync("auditor");
        await Eventually.TrueAsync(async () => (await auditor.GetAsync($"/api/v1/audit?subjectId={lead}")).Is(200).Json
            .GetProperty("items").GetArrayLength() == 0);
        var withheld = (await auditor.GetAsync($"/api/v1/audit?operation=amendLead&limit=200")).Is(200).Json.GetProperty("items")
            .EnumerateArray().Single(e => e.GetProperty("id").GetGuid() == amended.GetProperty("id").GetGuid());
        Assert.True(withheld.GetProperty("withheld").GetBoolean());
        Assert.DoesNotContain("审计之后的标题", withheld.GetRawText(), StringComparison.Ordinal);
        // The pipeline's copies are no change of anybody's: the leads service has the entry.
        Assert.Equal(0, await Delivery.NumberAsync(
            system.System, "pipeline", "select count(*) from api.audit_entry where operation = 'confidentialityFollowed'"));
    }

    [Fact]
    public async Task S11_A_chain_that_was_made_anew_differs_from_the_heads_that_the_services_keep()
    {
        using var auditor = await system.AsAsync("auditor");
        await Eventually.TrueAsync(async () => await HeadsAsync("leads") > 0);
        var whole = await ChainAsync(auditor);
        Assert.True(whole.GetProperty("whole").GetBoolean(), whole.GetRawText());
        Assert.Empty(whole.GetProperty("notAsked").EnumerateArray());

        await using var leads = await system.ConnectAsync("leads");
        await using var first = new NpgsqlCommand("select hash from api.audit_head order by number limit 1", leads);
        var kept = (string)(await first.ExecuteScalarAsync())!;
        try
        {
            await new NpgsqlCommand("update api.audit_head set hash = repeat('0', 64) where hash = '" + kept + "'", leads)
                .ExecuteNonQueryAsync();
            var other = await ChainAsync(auditor);
            Assert.False(other.GetProperty("whole").GetBoolean());
            Assert.Equal("leads", Assert.Single(other.GetProperty("differsFrom").EnumerateArray()).GetString());
        }
        finally
        {
            await new NpgsqlCommand("update api.audit_head set hash = '" + kept + "' where hash = repeat('0', 64)", leads)
                .ExecuteNonQueryAsync();
        }
    }

    private async Task<JsonElement> FoundAsync(string query)
    {
        using var auditor = await system.AsAsync("auditor");
        var items = await Eventually.GetAsync(
            async () => (await auditor.GetAsync("/api/v1/audit?" + query)).Is(200).Json.GetProperty("items"),
            found => found.GetArrayLength() > 0);
        return items[0];
    }

    private async Task<long> HeadsAsync(string service)
    {
        await using var connection = await system.ConnectAsync(service);
        return (long)(await new NpgsqlCommand("select count(*) from api.audit_head", connection).ExecuteScalarAsync())!;
    }

    private static async Task<JsonElement> ChainAsync(ApiClient auditor) => (await auditor.GetAsync("/api/v1/audit/chain")).Is(200).Json;
}
