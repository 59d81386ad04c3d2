using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Qibin.Crm.TestKit.Generated;
using Qibin.Crm.Web.OpenApi;

namespace Qibin.Crm.TestKit;

/// <summary>
/// Compares every problem that a test meets with the service's OpenAPI document: the operation has its status, and the status its code.
/// </summary>
internal sealed class DocumentedProblems(string service, IServiceProvider services) : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<(Regex Path, Operation Operation)>>> Documents = new();

    /// <exception cref="InvalidOperationException">The document has no such problem of the operation.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (body.Length > 0 && Fault(request, (int)response.StatusCode, body) is { } fault)
            {
                throw new InvalidOperationException(fault);
            }
        }

        return response;
    }

    private string? Fault(HttpRequestMessage request, int status, string body)
    {
        var operations = Documents.GetOrAdd(service, _ => new(() => Read(OpenApiDocuments.Print(services)))).Value;
        var path = request.RequestUri!.AbsolutePath;
        var operation = operations.FirstOrDefault(o => o.Operation.Method == request.Method && o.Path.IsMatch(path)).Operation;
        var code = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("code").GetString()!;
        return operation is null ? null
            : operation.Answers.GetValueOrDefault(status)?.Properties["code"].Enum.Contains(code) == true ? null
            : $"{operation} has no {status} {code} in its document";
    }

    /// <summary>The operations by their paths, those with fewer parameters first.</summary>
    private static IReadOnlyList<(Regex Path, Operation Operation)> Read(string document) =>
    [
        .. Operation.AllOf(document).OrderBy(operation => operation.Path.Count(c => c == '{')).Select(operation => (
            new Regex($"^{Regex.Replace(operation.Path, @"\{[^}]+\}", "[^/]+")}$", RegexOptions.None, TimeSpan.FromSeconds(1)),
            operation)),
    ];
}
