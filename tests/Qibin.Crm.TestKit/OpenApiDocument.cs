using System.Runtime.CompilerServices;
using System.Text.Json;
using Qibin.Crm.TestKit.Generated;
using Qibin.Crm.Web.OpenApi;

namespace Qibin.Crm.TestKit;

/// <summary>A service's OpenAPI document as it is kept in the repository, <c>openapi.json</c> beside the service's project.</summary>
public static class OpenApiDocument
{
    /// <summary>Where a project's document is kept. Called from a file of a test project's own folder.</summary>
    public static string FileOf(string project, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../..", project, "openapi.json"));

    /// <summary>The problem codes of one status that each operation lists, with the one that it shows as an example.</summary>
    public static IReadOnlyList<(string Operation, IReadOnlyList<string> Codes, string Example)> CodesOf(JsonElement document, int status)
    {
        var shared = document.GetProperty("components").GetProperty("responses");
        return
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               where operation.Value.ValueKind == JsonValueKind.Object && operation.Value.TryGetProperty("responses", out _)
               from response in operation.Value.GetProperty("responses").EnumerateObject()
               where response.Name == $"{status}"
               let answer = response.Value.TryGetProperty("$ref", out var name)
                   ? shared.GetProperty(name.GetString()!.Split('/')[^1]) : response.Value
               let problem = answer.GetProperty("content").GetProperty("application/problem+json")
               select (
                   operation.Value.GetProperty("operationId").GetString()!,
                   (IReadOnlyList<string>)
                   [
                       .. problem.GetProperty("schema").GetProperty("allOf")[0].GetProperty("properties").GetProperty("code")
                           .GetProperty("enum").EnumerateArray().Select(code => code.GetString()!),
                   ],
                   problem.GetProperty("example").GetProperty("code").GetString()!),
        ];
    }

    /// <summary>
    /// Compares the document with the kept one. With <c>QIBIN_ACCEPT=1</c> in the environment the kept one is written anew, to be
    /// read in the diff.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// They differ, and it names the first line that does; or an operation is not described.
    /// </exception>
    public static void IsKept(TestService service, string project, [CallerFilePath] string here = "")
    {
        ArgumentNullException.ThrowIfNull(service);
        var file = FileOf(project, here);
        var now = OpenApiDocuments.Print(service.Services).TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("QIBIN_ACCEPT") == "1")
        {
            File.WriteAllText(file, now);
        }

        var silent = Operation.AllOf(now).Where(o => o.Description is null).Select(o => o.Id).ToList();
        if (silent.Count > 0)
        {
            throw new InvalidOperationException($"Neither the handler nor its use case has a doc comment: {string.Join(", ", silent)}");
        }

        var (kept, lines) = (File.Exists(file) ? File.ReadAllText(file).Split('\n') : [], now.Split('\n'));
        for (var i = 0; i < Math.Max(kept.Length, lines.Length); i++)
        {
            if (kept.ElementAtOrDefault(i) != lines.ElementAtOrDefault(i))
            {
                throw new InvalidOperationException(
                    $"{project}/openapi.json:{i + 1} is «{kept.ElementAtOrDefault(i)}», now «{lines.ElementAtOrDefault(i)}»; "
                        + "accept with QIBIN_ACCEPT=1");
            }
        }
    }
}
