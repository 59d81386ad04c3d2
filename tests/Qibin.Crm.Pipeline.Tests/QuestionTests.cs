using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>The service before the first event.</summary>
public sealed class EmptyPipeline : IAsyncLifetime
{
    public TestService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

/// <summary>Who may ask what, and which questions are refused.</summary>
public sealed class QuestionTests(EmptyPipeline pipeline) : IClassFixture<EmptyPipeline>
{
    [Theory]
    [InlineData("groupBy=stage,chain,unit", "groupBy", "groupBy.count")]
    [InlineData("groupBy=year", "groupBy", "query.value")]
    [InlineData("node=satellite.kites", "node", "node.unknown")]
    [InlineData("sourceRegion=41", "sourceRegion", "region.invalid")]
    [InlineData("month=2026-13", "month", "month.invalid")]
    [InlineData("band=huge", "band", "query.value")]
    [InlineData("asOf=2999-01-01", "asOf", "date.future")]
    [InlineData("asOf=0001-01-01", "asOf", "date.range")]
    [InlineData("knownAt=0001-01-01T00:00:00Z", "knownAt", "date.range")]
    [InlineData("asOf=yesterday", "asOf", "query.value")]
    [InlineData("knownAt=2999-01-01T00:00:00Z", "knownAt", "instant.future")]
    [InlineData("convertTo=EUR", "convertTo", "convertTo.unknown")]
    [InlineData("stage=signed,dreaming", "stage", "query.value")]
    [InlineData("status=asleep", "status", "query.value")]
    [InlineData("chain=agriculture", "chain", "chain.unknown")]
    [InlineData("unit=0101", "unit", "query.value")]
    [InlineData("owner=", "owner", "query.value")]
    [InlineData("by=stage", "by", "query.unknown")]
    public async Task A_question_that_cannot_be_answered_is_refused_by_name(string query, string pointer, string code)
    {
        var refused = (await pipeline.Service.As(TestCaller.Person(Roles.Leader)).GetAsync($"/api/v1/pipeline/totals?{query}"))
            .IsProblem(400, "request.invalid");

        Assert.Equal(
            $"{pointer} {code}",
            $"{refused.Json.GetProperty("errors")[0].GetProperty("pointer")} {refused.Json.GetProperty("errors")[0].GetProperty("code")}");
    }

    [Fact]
    public async Task Every_role_of_people_asks_and_an_integration_needs_the_scope()
    {
        foreach (var role in Roles.OfPeople)
        {
            (await pipeline.Service.As(TestCaller.Person(role)).GetAsync("/api/v1/pipeline/totals")).Is(200);
            (await pipeline.Service.As(TestCaller.Person(role)).GetAsync("/api/v1/pipeline/journeys")).Is(200);
        }

        (await pipeline.Service.As(TestCaller.Integration("pipeline.read")).GetAsync("/api/v1/pipeline/totals")).Is(200);
        (await pipeline.Service.As(TestCaller.Integration("leads.read")).GetAsync("/api/v1/pipeline/totals"))
            .IsProblem(403, "auth.forbidden");
        (await pipeline.Service.As(TestCaller.Integration("leads.read")).GetAsync("/api/v1/pipeline/journeys"))
            .IsProblem(403, "auth.forbidden");
        (await pipeline.Service.WithToken(null).GetAsync("/api/v1/pipeline/totals")).IsProblem(401, "auth.required");
    }
}
