using System.Text.Json.Nodes;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

public sealed class OpenApiTests
{
    private const string Project = "services/pipeline/Qibin.Crm.Pipeline";

    [Fact]
    public async Task The_document_is_as_it_is_kept()
    {
        await using var service = await TestService.StartAsync("pipeline", Program.Build);

        OpenApiDocument.IsKept(service, Project);
    }

    /// <summary>A question about the present takes no past day or instant, so it must not offer one.</summary>
    [Fact]
    public async Task N9_Only_parameters_that_are_served_are_listed()
    {
        var operations = JsonNode.Parse(await File.ReadAllTextAsync(OpenApiDocument.FileOf(Project)))!["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => operation.Value!))
            .ToDictionary(o => o["operationId"]!.GetValue<string>(), o => o["parameters"]?.AsArray() ?? []);

        string[] answers =
        [
            .. ((string[])["readTotals", "listJourneys", "readForecast", "readTrend", "readFunnel", "readDwell", "readThresholds"]).Select(
                id => string.Join(' ', operations[id].Select(p => p!["name"]!.GetValue<string>())
                    .Where(name => name is "asOf" or "knownAt").Order(StringComparer.Ordinal).Prepend(id))),
        ];
        Assert.Equal(
            [
                "readTotals asOf knownAt", "listJourneys asOf knownAt", "readForecast asOf knownAt", "readTrend knownAt", "readFunnel",
                "readDwell", "readThresholds",
            ],
            answers);
    }
}
