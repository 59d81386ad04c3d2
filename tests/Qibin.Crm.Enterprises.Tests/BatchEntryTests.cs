using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

/// <summary>Applications that another system took through their steps.</summary>
public class BatchEntryTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public async Task A_batch_moves_dozens_in_in_the_past_as_if_each_step_had_been_taken_alone()
    {
        var approver = await enterprises.PlacedAsync(TestCaller.Person(Roles.Leader));
        var day = enterprises.Today.AddDays(-200);
        var building = await enterprises.BuildingAsync();
        var items = new List<object>();
        var enterpriseIds = new List<Guid>();
        for (var i = 0; i < 24; i++)
        {
            var (enterprise, _) = await enterprises.RegisteredAsync();
            enterpriseIds.Add(enterprise);
            items.Add(Item(enterprise, await enterprises.SpaceAsync(building), approver.Id, day));
        }

        var client = enterprises.Service.As(TestCaller.Integration(Scopes.EnterprisesWrite, Scopes.EnterprisesRead));
        var results = (await client.PostAsync("/api/v1/entry-applications/batch", new { mode = "atomic", items }))
            .Is(200).Json.GetProperty("results");

        Assert.All(results.EnumerateArray(), r => Assert.Equal(201, r.GetProperty("status").GetInt32()));
        var detail = (await client.GetAsync(results[7].GetProperty("location").GetString()!)).Is(200).Json;
        Assert.Equal("movedIn", detail.GetProperty("state").GetString());
        Assert.Equal(enterpriseIds[7], detail.GetProperty("enterpriseId").GetGuid());
        Assert.Equal(results[7].GetProperty("receipt").GetProperty("tenancyId").GetGuid(), detail.GetProperty("tenancyId").GetGuid());
        Assert.Equal(approver.Id, detail.GetProperty("history")[3].GetProperty("officerId").GetGuid());
        var moves = await enterprises.Service.EventsAsync(detail.GetProperty("id").GetGuid());
        // 1 is the draft and 2 the fair-competition review, which are no moves.
        Assert.Equal([3, 4, 5, 6, 7, 8], moves.Select(m => m.Version));
        Assert.Equal(["EnterpriseRegistered", "EnterpriseMovedIn"], (await enterprises.Service.EventsAsync(enterpriseIds[7]))
            .Select(e => e.Type));
        var roster = (await client.GetAsync($"/api/v1/tenancies?on={EnterprisesFixture.Iso(day.AddDays(30))}&total=true")).Is(200).Json;
        Assert.Equal(24, roster.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task An_item_is_refused_for_what_it_would_be_refused_for_alone()
    {
        var approver = await enterprises.PlacedAsync(TestCaller.Person(Roles.Leader));
        var officer = await enterprises.PlacedAsync(TestCaller.Officer());
        var gone = await enterprises.PlacedAsync(TestCaller.Person(Roles.Leader), active: false);
        var (enterprise, _) = await enterprises.RegisteredAsync();
        var (space, day) = (await enterprises.SpaceAsync(), enterprises.Today.AddDays(-50));
        var client = enterprises.Service.As(TestCaller.Integration(Scopes.EnterprisesWrite, Scopes.EnterprisesRead));
        object[] items =
        [
            Item(enterprise, space, approver.Id, day),
            Item(enterprise, space, approver.Id, day),
            Item(enterprise, await enterprises.SpaceAsync(), officer.Id, day),
            Item(enterprise, await enterprises.SpaceAsync(), gone.Id, day),
            new { acceptance = new { on = day } },
            new { draft = new { spaceIds = new[] { space } } },
            new { draft = new { enterpriseId = enterprise, spaceIds = new[] { space }, wantedFrom = day }, handover = new { } },
            new { draft = new { enterpriseId = enterprise, spaceIds = new[] { space }, wantedFrom = day } },
        ];

        var results = (await client.PostAsync("/api/v1/entry-applications/batch", new { mode = "each", items }))
            .Is(200).Json.GetProperty("results");

        Assert.Equal(
            ["201", "409 premises.spaceTaken", "400 request.invalid", "400 request.invalid", "400 request.invalid", "400 request.invalid",
            "409 entry.wrongState", "201"],
            results.EnumerateArray()
                .Select(r => r.GetProperty("status")
                .GetInt32() + (r.TryGetProperty("problem", out var p) ? " " + p.GetProperty("code").GetString() : "")));
        Assert.Equal("/approval/approverId", results[2].GetProperty("problem").GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal("/draft", results[4].GetProperty("problem").GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task Only_an_integration_names_the_approver()
    {
        var id = await enterprises.ReviewedAsync(await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()]);

        (await enterprises.StepAsync(id, "approval", new { approverId = enterprises.Leader.Id }, enterprises.Approver))
            .IsProblem(400, "request.invalid");
    }

    private static object Item(Guid enterpriseId, Guid spaceId, Guid approverId, DateOnly day) => new
    {
        draft = new
        {
            enterpriseId,
            spaceIds = new[] { spaceId },
            wantedFrom = day.AddDays(20),
            draftedOn = day,
            preferentialTerms = "首年房租减半",
        },
        fairCompetitionReview = new { conclusion = "passed", documentNumber = "公竞审〔2025〕9 号", on = day.AddDays(1) },
        acceptance = new { on = day.AddDays(2) },
        review = EnterprisesFixture.Review(0.8, day.AddDays(6)),
        approval = new { on = day.AddDays(9), approverId },
        agreement = new { on = day.AddDays(15), agreementNumber = "RZ-2025-009" },
        handover = new { on = day.AddDays(20) },
        moveIn = new { on = day.AddDays(25) },
    };
}
