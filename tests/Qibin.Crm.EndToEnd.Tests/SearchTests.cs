using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>One search over all services.</summary>
public sealed class SearchTests(RunningSystem system)
{
    [Fact]
    public async Task T10_One_search_finds_lead_investor_person_project_enterprise_user_and_unit()
    {
        await using var rows = new RowsOfTheTests(system);
        using var officer = await rows.AsAsync("officer");
        using var administrator = await rows.AsAsync("administrator");
        var project = await rows.ProjectAsync();
        var found = (await officer.GetAsync(project.Path)).Is(200).Json;
        var leadId = found.GetProperty("leadId").GetString()!;
        var lead = (await officer.GetAsync("/api/v1/leads/" + leadId)).Is(200).Json;
        var (leadCode, investor) = (Text(lead, "code"), Text(lead, "investorId"));
        var phone = "170" + RowsOfTheTests.Number().PadLeft(8, '7');
        var person = "覃" + RowsOfTheTests.Number();
        var met = (await officer.PostAsync($"/api/v1/investors/{investor}/people", new { name = person, phone })).Is(201).Id.ToString();
        var enterprise = await rows.EnterpriseAsync();
        var named = (await officer.GetAsync(enterprise.Path)).Is(200).Json;

        Assert.Contains(("lead", leadId, leadCode), await FindAsync(officer, leadCode));
        Assert.Contains(("lead", leadId, leadCode), await FindAsync(officer, leadCode.ToLowerInvariant()));
        Assert.Contains(("investor", investor, null), await FindAsync(officer, Text(lead, "investorName"), "&kind=investor&perKind=20"));
        Assert.Contains(("person", met, null), await FindAsync(officer, person));
        // Whom the officer has entered with the investor itself is seen in full.
        Assert.Contains(("person", met, null), await FindAsync(officer, phone));
        Assert.Contains(("project", Text(found, "id"), Text(found, "code")), await FindAsync(officer, Text(found, "code")));
        Assert.Contains(
            ("enterprise", Text(named, "id"), Text(named, "code")), await FindAsync(officer, Text(named, "uscc"), "&kind=enterprise"));
        Assert.Contains(await FindAsync(officer, "he.jiaming"), f => f.Kind == "user");
        var unit = (await officer.GetAsync("/api/v1/units?limit=1")).Is(200).Json.GetProperty("items")[0];
        Assert.Contains(("unit", Text(unit, "id"), Text(unit, "code")), await FindAsync(officer, Text(unit, "name"), "&kind=unit"));
        Assert.Equal((await FindAsync(officer, leadCode))[0], ("lead", leadId, leadCode));

        // Nobody finds what the lists would not give, nor a phone behind a mask.
        using var stranger = await system.AsAsync("officer", "promotion-xinchuang");
        using var head = await rows.AsAsync("unitHead");
        Assert.DoesNotContain(await FindAsync(stranger, leadCode), f => f.Id == leadId);
        Assert.DoesNotContain(await FindAsync(stranger, person), f => f.Id == met);
        Assert.DoesNotContain(await FindAsync(stranger, Text(found, "code")), f => f.Id == Text(found, "id"));
        Assert.Contains(("person", met, null), await FindAsync(head, person));
        Assert.Empty(await FindAsync(head, phone));
        (await head.PatchAsync("/api/v1/leads/" + leadId, new { confidential = true },
            (await head.GetAsync("/api/v1/leads/" + leadId)).Is(200).ETag)).Is(200);
        using var leader = await rows.AsAsync("leader");
        await Eventually.TrueAsync(async () => (await leader.GetAsync(project.Path)).Status == 404);
        Assert.Empty(await FindAsync(leader, leadCode));
        Assert.Empty(await FindAsync(leader, Text(found, "code")));
        Assert.Empty(await FindAsync(leader, person));
        Assert.NotEmpty(await FindAsync(officer, leadCode));
    }

    [Fact]
    public async Task T10_A_search_says_where_more_is_and_refuses_what_it_cannot_look_for()
    {
        using var leader = await system.AsAsync("leader");
        var answer = (await leader.GetAsync("/api/v1/search?q=%E6%BC%94%E7%A4%BA&perKind=1&kind=lead,project,enterprise")).Is(200).Json;
        Assert.Equal(["lead", "project", "enterprise"], answer.GetProperty("items").EnumerateArray().Select(i => Text(i, "kind")));
        Assert.Equal(["lead", "project", "enterprise"], answer.GetProperty("more").EnumerateArray().Select(k => k.GetString()));
        foreach (var bad in new[] { "", "?q=", "?q=a", "?q=%20%20a", "?q=" + new string('a', 101), "?q=ab&perKind=0", "?q=ab&perKind=21",
            "?q=ab&kind=contact", "?q=ab&other=1" })
        {
            (await leader.GetAsync("/api/v1/search" + bad)).IsProblem(400, "request.invalid");
        }

        using var integration = await system.AsIntegrationAsync();
        (await integration.GetAsync("/api/v1/search?q=ab")).Is(403);
    }

    private static async Task<List<(string Kind, string Id, string? Code)>> FindAsync(ApiClient client, string text, string more = "")
    {
        var answer = (await client.GetAsync($"/api/v1/search?q={Uri.EscapeDataString(text)}{more}")).Is(200).Json;
        Assert.Empty(answer.GetProperty("missing").EnumerateArray());
        return [.. answer.GetProperty("items").EnumerateArray().Select(i => (
            Text(i, "kind"), Text(i, "id"), i.TryGetProperty("code", out var code) ? code.GetString() : null))];
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
