using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class OpenApiTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public void The_document_is_the_one_that_is_kept() =>
        OpenApiDocument.IsKept(leads.Service, "services/leads/Qibin.Crm.Leads");

    [Theory]
    [InlineData("calendar.exists", "changeCalendarYear")]
    [InlineData("referrer.exists", "proposeReferrer")]
    public async Task A3_A_conflict_is_listed_where_it_can_be_answered(string code, params string[] operations)
    {
        var document = (await leads.Service.WithToken(null).GetAsync("/swagger/v1.json")).Is(200).Json;
        var conflicts = OpenApiDocument.CodesOf(document, 409);
        Assert.Equal(operations, conflicts.Where(c => c.Codes.Contains(code)).Select(c => c.Operation));
        Assert.All(conflicts, c => Assert.Contains(c.Example, c.Codes));
    }

    [Fact]
    public async Task A_problem_speaks_the_language_that_is_asked_for()
    {
        var client = leads.As(TestCaller.Officer());
        var path = $"/api/v1/leads/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
        Assert.Equal("未找到", (await client.GetAsync(path)).IsProblem(404, "resource.notFound").Json.GetProperty("title").GetString());
        Assert.Equal("Not found", (await client.GetAsync(path, language: "en"))
            .IsProblem(404, "resource.notFound").Json.GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_rule_names_the_date_that_stands_against_it()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var refused = (await client.PostAsync(
            LeadsFixture.Path(lead) + "/assessment", new { occurredOn = leads.Today.AddDays(-1) }, lead.ETag))
            .IsProblem(409, "lead.stageDateOrder");
        Assert.Contains($"{leads.Today:yyyy-MM-dd}", refused.Json.GetProperty("title").GetString(), StringComparison.Ordinal);
    }
}
