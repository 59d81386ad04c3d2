using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Web.Tests;

/// <summary>What the API says of itself, in its document and its header fields.</summary>
public class ContractTests(ShelfFixture shelf) : IClassFixture<ShelfFixture>
{
    [Fact]
    public void A1_What_may_be_null_is_said_in_the_words_of_OpenAPI_3_1()
    {
        var text = OpenApiDocuments.Print(shelf.Service.Services);
        var document = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.StartsWith("3.1.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"nullable\"", text, StringComparison.Ordinal);
        Assert.Equal("""[{"type":"null"},{"$ref":"#/components/schemas/Money"}]""",
            Compact(Schema(document, "ThingRequest").GetProperty("properties").GetProperty("price").GetProperty("oneOf")));
    }

    [Fact]
    public void A2_Requests_are_closed_answers_are_open_and_their_amounts_have_no_limit_of_digits()
    {
        var document = JsonSerializer.Deserialize<JsonElement>(OpenApiDocuments.Print(shelf.Service.Services));
        Assert.False(Schema(document, "ThingRequest").GetProperty("additionalProperties").GetBoolean());
        Assert.False(Schema(document, "Money").GetProperty("additionalProperties").GetBoolean());
        Assert.False(Schema(document, "ThingAnswer").TryGetProperty("additionalProperties", out _));
        Assert.False(Schema(document, "MoneyAnswer").TryGetProperty("additionalProperties", out _));
        var sum = Schema(document, "MoneyAnswer").GetProperty("properties").GetProperty("amount").GetProperty("pattern").GetString();
        Assert.Matches(sum!, "123456789012345678.00");
        Assert.DoesNotMatch(Kernel.Json.Amounts.Pattern, "123456789012345678.00");
    }

    [Fact]
    public void A2_Scopes_are_in_security_and_addresses_are_absolute()
    {
        var document = JsonSerializer.Deserialize<JsonElement>(OpenApiDocuments.Print(shelf.Service.Services));
        var closure = document.GetProperty("paths").GetProperty("/api/v1/things/{thingId}/closure").GetProperty("post");
        Assert.Equal("""[{"people":["crm"]}]""", Compact(closure.GetProperty("security")));
        var list = document.GetProperty("paths").GetProperty("/api/v1/things").GetProperty("get");
        Assert.Equal("""[{"people":["crm"]},{"integrations":["leads.read"]}]""", Compact(list.GetProperty("security")));
        Assert.Equal("http://localhost:8080", document.GetProperty("servers")[0].GetProperty("url").GetString());
        Assert.Equal("http://localhost:8080/connect/token", document.GetProperty("components").GetProperty("securitySchemes")
            .GetProperty("people").GetProperty("flows").GetProperty("authorizationCode").GetProperty("tokenUrl").GetString());
    }

    [Fact]
    public void A3_An_operation_has_the_codes_that_its_code_can_throw()
    {
        var codes = new ProblemCodes(new ProblemCatalog(new Dictionary<string, ProblemText>
        {
            ["plain.rule"] = new("一", "1"),
            ["either.first"] = new("二", "2"),
            ["either.second"] = new("三", "3"),
            ["handed.on"] = new("四", "4"),
            ["own.role"] = new("五", "5"),
            ["one.place"] = new("六", "6"),
            ["not.reached"] = new("七", "7"),
        })).Of(((Delegate)Sample.Handle).Method);
        Assert.Equal(["either.first", "either.second", "handed.on", "plain.rule"], codes[409].Order(StringComparer.Ordinal));
        Assert.Equal(["own.role"], codes[403]);
        Assert.Equal(2, codes.Count);
    }

    [Fact]
    public void A3_The_code_of_a_constraint_is_listed_by_the_operations_that_set_its_members()
    {
        var document = JsonSerializer.Deserialize<JsonElement>(OpenApiDocuments.Print(shelf.Service.Services));
        var conflicts = OpenApiDocument.CodesOf(document, 409);
        Assert.Equal(["createThing", "createThings"], With("thing.usccTaken"));
        Assert.Equal(["createThing", "createThings"], With("thing.badLuck"));
        Assert.Contains("closeThing", With("thing.notReady"));
        Assert.All(conflicts, c => Assert.Contains(c.Example, c.Codes));

        IEnumerable<string> With(string code) =>
            conflicts.Where(c => c.Codes.Contains(code)).Select(c => c.Operation).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void A3_Whoever_writes_in_SQL_says_which_constraint_may_refuse_it()
    {
        var codes = new ProblemCodes(new ProblemCatalog(
            new Dictionary<string, ProblemText> { ["row.taken"] = new("一", "1"), ["row.other"] = new("二", "2") },
            new Dictionary<string, RuleConstraint>
            {
                ["ux_row"] = new("row.taken", typeof(ContractTests), "None"),
                ["ux_other"] = new("row.other", typeof(ContractTests), "None"),
            })).Of(((Delegate)InSql.Handle).Method);
        Assert.Equal(["row.taken"], codes[409]);
    }

    [Fact]
    public async Task A3_The_type_of_a_problem_opens_a_page_that_explains_it()
    {
        using var officer = shelf.AsOfficer();
        using var anybody = shelf.Service.WithToken(null);
        var unlucky = (await officer.PostAsync("/api/v1/things", new { name = "a", material = "wood", count = 666 })).IsProblem(
            409, "thing.badLuck");
        Assert.Equal("/problems/shelf/thing.badLuck", unlucky.Json.GetProperty("type").GetString());
        var page = (await anybody.GetAsync("/problems/shelf/thing.badLuck")).Is(200);
        Assert.Equal("text/html", page.ContentType);
        Assert.Contains("An unlucky number of things", page.Body, StringComparison.Ordinal);
        Assert.Equal("/problems/auth.required", (await anybody.GetAsync("/api/v1/things")).Json.GetProperty("type").GetString());
        Assert.Contains("请先登录", System.Net.WebUtility.HtmlDecode((await anybody.GetAsync("/problems/auth.required")).Is(200).Body),
            StringComparison.Ordinal);
        Assert.Contains("thing.closed", (await anybody.GetAsync("/problems/shelf")).Is(200).Body, StringComparison.Ordinal);
        (await anybody.GetAsync("/problems/no.such")).IsProblem(404, "resource.notFound");
        (await anybody.GetAsync("/problems/shelf/auth.required")).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task A5_Every_answer_has_a_request_id_and_says_what_it_varies_by()
    {
        using var officer = shelf.AsOfficer();
        var list = (await officer.GetAsync("/api/v1/things")).Is(200);
        Assert.Matches("^[0-9a-f]{32}$", list.Headers.GetValues("X-Request-Id").Single());
        Assert.Equal("Authorization, Accept-Language", string.Join(", ", list.Headers.GetValues("Vary")));
        var absent = (await officer.GetAsync($"/api/v1/things/{Guid.Empty}")).IsProblem(404, "resource.notFound");
        Assert.Equal(absent.Json.GetProperty("traceId").GetString(), absent.Headers.GetValues("X-Request-Id").Single());
        var fault = (await officer.GetAsync("/api/v1/things/fault")).IsProblem(500, "service.fault");
        Assert.Equal(fault.Json.GetProperty("traceId").GetString(), fault.Headers.GetValues("X-Request-Id").Single());
    }

    [Fact]
    public async Task A5_A_repeated_key_is_marked()
    {
        using var officer = shelf.AsOfficer();
        var first = (await officer.PostAsync("/api/v1/things", new { name = "a", material = "wood" }, key: "A5-replayed")).Is(201);
        var again = (await officer.PostAsync("/api/v1/things", new { name = "a", material = "wood" }, key: "A5-replayed")).Is(201);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(["true"], again.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal(first.Body, again.Body);
    }

    [Fact]
    public async Task A5_A_refused_token_says_what_it_lacks()
    {
        using var stranger = shelf.Service.WithToken(null);
        using var forger = shelf.Service.WithToken("a.b.c");
        using var reader = shelf.Service.As(TestCaller.Integration(Scopes.LeadsRead));
        using var officer = shelf.AsOfficer();
        Assert.Equal("Bearer", Challenge(await stranger.GetAsync("/api/v1/things")));
        Assert.Equal("Bearer error=\"invalid_token\"", Challenge(await forger.GetAsync("/api/v1/things")));
        Assert.Equal("Bearer error=\"insufficient_scope\", scope=\"leads.write\"",
            Challenge((await reader.PostAsync("/api/v1/things", new { name = "a", material = "wood" })).IsProblem(403, "auth.forbidden")));
        Assert.Equal("", Challenge((await officer.PostAsync($"/api/v1/things/{Guid.Empty}/closure", ifMatch: "\"1\"")).IsProblem(
            403, "auth.forbidden")));

        static string Challenge(Reply answer) => answer.Headers.WwwAuthenticate.ToString();
    }

    private static JsonElement Schema(JsonElement document, string name) =>
        document.GetProperty("components").GetProperty("schemas").GetProperty(name);

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);

    /// <summary>A handler and what it calls.</summary>
    private static class InSql
    {
        public static Task Handle() => WriteAsync();

        [CanViolate("ux_row")]
        private static Task WriteAsync() => Task.CompletedTask;
    }

    private static class Sample
    {
        public static async Task Handle(int number)
        {
            await Task.Yield();
            Check(number);
            int[] numbers = [number];
            Array.ForEach(numbers, n => throw new RuleViolation(n > 0 ? "either.first" : "either.second"));
        }

        private static void Check(int number)
        {
            switch (number)
            {
                case 1: throw new RuleViolation("plain.rule");
                case 2: throw new RuleViolation(Why());
                case 3: throw new Refusal(403, "own.role");
                case 4: throw Refusal.Invalid("/number", "one.place");
            }
        }

        private static string Why() => "handed.on";

        // Not called by anything: the negative control.
        public static void Elsewhere() => throw new RuleViolation("not.reached");
    }
}
