using System.Text.Json;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>The names that answers print beside ids, and nothing else does.</summary>
public class NamesTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task Beside_the_id_of_a_person_or_unit_is_its_name()
    {
        var (owner, helper, lead) = await EnteredAsync();
        var read = (await leads.As(owner).GetAsync(LeadsFixture.Path(lead))).Is(200).Json;
        Assert.Equal(["王示例", "卫星招商部", "王示例"], Texts(read, "ownerName", "unitName", "createdByName"));
        Assert.Equal([helper.Id], read.GetProperty("collaborators").EnumerateArray().Select(c => c.GetGuid()));
        Assert.Equal(["李示例"], read.GetProperty("collaboratorNames").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(JsonValueKind.Null, read.GetProperty("confidentialityProposedBy").ValueKind);
        Assert.Equal(JsonValueKind.Null, read.GetProperty("confidentialityProposedByName").ValueKind);

        var row = (await leads.As(owner).GetAsync("/api/v1/leads")).Is(200).Json.GetProperty("items")[0];
        Assert.Equal(["王示例", "卫星招商部"], Texts(row, "ownerName", "unitName"));
        var contact = (await leads.As(owner).GetAsync(LeadsFixture.Path(lead) + "/contacts")).Is(200).Json.GetProperty("items")[0];
        Assert.Equal(["王示例"], Texts(contact, "recordedByName"));
        Assert.Equal(["卫星互联网", "数：卫星数据", "河南省鹤壁市淇滨区"], Texts(row, "chainName", "nodeName", "sourceRegionName"));
        // The name follows its id.
        var members = row.EnumerateObject().Select(m => m.Name).ToList();
        Assert.Equal(members.IndexOf("ownerId") + 1, members.IndexOf("ownerName"));
    }

    [Fact]
    public async Task An_integration_has_no_name_and_neither_has_who_the_directory_does_not_know()
    {
        var owner = await leads.PlacedAsync(TestCaller.Officer());
        var sent = await leads.LeadAsync(leads.As(TestCaller.Integration()), ("ownerId", owner.Id));
        var read = (await Eventually.GetAsync(() => leads.As(owner).GetAsync(LeadsFixture.Path(sent)),
            answer => answer.Is(200).Json.GetProperty("ownerName").GetString() is not null)).Json;
        Assert.Equal(owner.Name, read.GetProperty("ownerName").GetString());
        Assert.Equal(JsonValueKind.Null, read.GetProperty("unitName").ValueKind);
        Assert.Equal(JsonValueKind.Null, read.GetProperty("createdByName").ValueKind);
    }

    [Fact]
    public async Task A_new_name_shows_and_that_of_a_deactivated_person_and_a_removed_unit_stays()
    {
        var (owner, _, lead) = await EnteredAsync();
        await leads.PlacedAsync(owner with { Name = "王改名" });
        await Eventually.TrueAsync(async () => (await NamesAsync()) is ["王改名", _]);
        await leads.PlacedAsync(owner with { Name = "王改名" }, active: false);
        await leads.Service.DeliverAsync(
            new UnitDefined { UnitId = owner.UnitId, Code = $"u{owner.UnitId:N}", Name = "卫星产业部", Removed = true }, owner.UnitId, 2);
        await Eventually.TrueAsync(async () => (await NamesAsync()) is ["王改名", "卫星产业部"]);

        async Task<string?[]> NamesAsync() =>
            Texts((await leads.As(leads.Coordinator).GetAsync(LeadsFixture.Path(lead))).Is(200).Json, "ownerName", "unitName");
    }

    [Fact]
    public async Task Requests_refuse_a_name_and_neither_events_nor_the_audit_have_one()
    {
        var (owner, _, lead) = await EnteredAsync();
        var path = LeadsFixture.Path(lead);
        var client = leads.As(owner);
        (await client.PatchAsync(path, new { ownerName = "张三" }, (await client.GetAsync(path)).ETag))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync("/api/v1/first-contacts", leads.FirstContact(("ownerName", "张三")))).IsProblem(400, "request.invalid");
        Assert.All(await leads.Service.EventsAsync(lead.Id), e => Assert.DoesNotContain(owner.Name, e.Payload.GetRawText()));
        Assert.Equal(0, await leads.Service.CountAsync(
            $"select count(*) from api.audit_entry where subjects::text like '%{lead.Id}%' and changes::text like '%{owner.Name}%'"));
        Assert.Equal(1, await leads.Service.CountAsync(
            $"select count(*) from api.audit_entry where subjects::text like '%{lead.Id}%' and operation = 'logFirstContact'"));
    }

    /// <summary>A lead of a person and a unit that the directory knows, with a collaborator.</summary>
    private async Task<(TestCaller Owner, TestCaller Helper, Answer Lead)> EnteredAsync()
    {
        var owner = await leads.PlacedAsync(TestCaller.Officer() with { Name = "王示例" });
        var helper = await leads.PlacedAsync(TestCaller.Officer() with { Name = "李示例" });
        await leads.Service.DeliverAsync(
            new UnitDefined { UnitId = owner.UnitId, Code = $"u{owner.UnitId:N}", Name = "卫星招商部" }, owner.UnitId, 1);
        var lead = await leads.LeadAsync(leads.As(owner), ("nodeCode", "satellite.data"), ("sourceRegion", "410611"));
        var path = LeadsFixture.Path(lead);
        (await leads.As(owner).PatchAsync(path, new { collaborators = new[] { helper.Id } }, (await leads.As(owner).GetAsync(path)).ETag))
            .Is(200);
        // The first answer with them may lack their names.
        await Eventually.TrueAsync(async () =>
        {
            var read = (await leads.As(owner).GetAsync(path)).Is(200).Json;
            return read.GetProperty("ownerName").GetString() == owner.Name
                && read.GetProperty("collaboratorNames")[0].GetString() == helper.Name;
        });
        return (owner, helper, lead);
    }

    private static string?[] Texts(JsonElement json, params string[] members) =>
        [.. members.Select(m => json.GetProperty(m).GetString())];
}
