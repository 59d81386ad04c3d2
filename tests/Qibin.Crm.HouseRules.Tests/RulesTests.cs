namespace Qibin.Crm.HouseRules.Tests;

/// <summary>Each rule holds for the repository, and finds the breach that its negative control plants.</summary>
public class RulesTests
{
    private const string Leads = "services/leads/Qibin.Crm.Leads/";

    public static TheoryData<string> Names => [.. Controls.Keys];

    private static readonly Dictionary<string, (Func<Repository, IEnumerable<string>> Rule, string Path, string Text)> Controls = new()
    {
        ["the top level is fixed"] = (Rules.TopLevelIsFixed, "scripts/build.md", ""),
        ["Program is a table of contents"] = (Rules.ProgramIsATableOfContents, "gateway/Qibin.Crm.Gateway/Program.cs",
            string.Concat(Enumerable.Repeat("//\n", 51))),
        ["no line is too long"] = (Rules.LinesAreShort, Leads + "Contacts/RecordContact.cs", new string('x', 141)),
        ["usings are sorted"] = (Rules.UsingsAreSorted, Leads + "Contacts/Sorted.cs",
            "using System.Text;\nusing Npgsql;\nusing Microsoft.Z;\n"),
        ["a service has one migration"] = (Rules.OneMigrationEach, Leads + "Data/Migrations/20990101000000_Second.cs", ""),
        ["every event is heard"] = (Rules.EveryEventIsHeard, "services/shared/Qibin.Crm.Contracts/Leads/LeadSang.cs",
            "public sealed record LeadSang : IEvent;"),
        ["events hold no personal data"] = (Rules.EventsHoldNoPersonalData, "services/shared/Qibin.Crm.Contracts/Leads/LeadCalled.cs",
            "public required string PhoneNumber { get; init; }"),
        ["versions are central"] = (Rules.VersionsAreCentral, Leads + "Qibin.Crm.Leads.csproj",
            "<PackageReference Include=\"Npgsql\" Version=\"9.0.0\" />"),
        ["tests do not sleep"] = (Rules.TestsDoNotSleep, "tests/Qibin.Crm.Leads.Tests/LazyTests.cs", "await Task.Delay(1000);"),
        ["nothing is unfinished"] = (Rules.NothingIsUnfinished, Leads + "Contacts/RecordContact.cs",
            "throw new NotImplementedException();"),
        ["Chinese texts are Chinese"] = (Rules.ChineseTextsAreChinese, Leads + "Contacts/Say.cs",
            "[\"x\"] = new(\"unitId 与负责人须且只能给出一个\", \"Give one\")"),
        ["documents name what is there"] = (Rules.DocumentsNameWhatIsThere, "services/leads/README.md", "See `services/leads/Gone.cs`."),
        ["documents link to what is there"] = (Rules.DocumentsNameWhatIsThere, "services/leads/README.md", "See [gone](../gone.md#x)."),
        ["OpenAPI documents name no types"] = (Rules.OpenApiNamesNoTypes, Leads + "openapi.json",
            "\"description\": \"Left out with Qibin.Crm.Leads.Contacts.Receipt.Id.\""),
        ["S13 an administrator writes no business"] = (Rules.AdministratorsWriteNoBusiness, Leads + "openapi.json",
            """{"paths":{"/api/v1/first-contacts":{"post":{"operationId":"logFirstContact","x-roles":["officer","administrator"]}}}}"""),
        ["S13 an administrator reads no contact"] = (Rules.AdministratorsWriteNoBusiness, Leads + "openapi.json",
            """{"paths":{"/api/v1/leads/{leadId}/contacts":{"get":{"operationId":"x","x-roles":["administrator"]}}}}"""),
        ["A4 whoever changes by a version learns the next"] = (Rules.AnswersHaveTheETag, Leads + "openapi.json",
            """{"paths":{"/x":{"post":{"operationId":"x","parameters":[{"name":"If-Match"}],"responses":{"200":{"headers":{}}}}}}}"""),
        ["names are beside ids"] = (Rules.NamesAreBesideIds, Leads + "openapi.json",
            Answers("""{"LeadRow":{"properties":{"ownerId":{"type":"string","format":"uuid"},"unitName":{"type":"string"}}}}""")),
        ["names are beside lists of ids"] = (Rules.NamesAreBesideIds, Leads + "openapi.json",
            Answers("""{"LeadRow":{"properties":{"readers":{"type":"array","items":{"type":"string","format":"uuid"}}}}}""")),
        ["names are beside codes"] = (Rules.NamesAreBesideIds, Leads + "openapi.json",
            Answers("""{"LeadRow":{"properties":{"nodeCode":{"type":["null","string"]}}}}""")),
        ["an id of an unknown kind is found"] = (Rules.NamesAreBesideIds, Leads + "openapi.json",
            Answers("""{"LeadRow":{"properties":{"whoever":{"type":["null","string"],"format":"uuid"}}}}""")),
        ["requests take no names"] = (Rules.NamesAreBesideIds, Leads + "openapi.json",
            """
            {"paths":{"/x":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Sent"}}}}}}},
             "components":{"schemas":{"Sent":{"properties":{"ownerName":{"type":"string","readOnly":true}}}}}}
            """),
        ["summaries are in both languages"] = (Rules.SummariesAreInBothLanguages, Leads + "Contacts/Say.cs",
            "api.MapGet(\"/x\", X).WithSummary(\"English only\")"),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Holds(string name)
    {
        var offences = string.Join('\n', Controls[name].Rule(Repository.Present));
        Assert.True(offences.Length == 0, offences);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Finds_what_breaks_it(string name)
    {
        var (rule, path, text) = Controls[name];
        var before = rule(Repository.Present).ToHashSet();
        Assert.Contains(rule(Repository.Present.With(path, text)), offence => !before.Contains(offence));
    }

    /// <summary>A document of one operation that answers a <c>LeadRow</c>.</summary>
    private static string Answers(string schemas) =>
        """{"paths":{"/x":{"get":{"responses":{"200":{"content":{"application/json":{"schema":"""
            + """{"$ref":"#/components/schemas/LeadRow"}}}}}}}},"components":{"schemas":""" + schemas + "}}";

    [Fact]
    public void The_repository_was_read()
    {
        Assert.True(Repository.Present.CSharp("services/").Count() > 50);
        Assert.Contains(Repository.Present.Projects, p => p.Path == Leads + "Qibin.Crm.Leads.csproj");
    }
}
