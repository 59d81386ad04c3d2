using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Qibin.Crm.Web.Tests;

/// <summary>
/// <see cref="FaultHandler"/> learns some things from the framework's messages alone. When a new version words them otherwise, these
/// tests fail, and not only the answers of the API.
/// </summary>
public sealed class FrameworkTextTests(ShelfFixture shelf) : IClassFixture<ShelfFixture>
{
    private readonly FaultHandler _faults = shelf.Service.Services.GetRequiredService<FaultHandler>();

    [Fact]
    public void A_member_that_nobody_knows_is_told_by_the_message_of_the_serializer()
    {
        var fault = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Shape>("""{"unknown":1}""", StrictJson.Options));

        Assert.Contains(FaultHandler.UnknownMember, fault.Message, StringComparison.Ordinal);
        Assert.Equal("json.unknownProperty", CodeOf(fault));
        Assert.NotEqual("json.unknownProperty", CodeOf(new JsonException("The member 'unknown' is not known.")));
    }

    [Fact]
    public async Task A_parameter_that_does_not_bind_is_named_by_the_message_of_the_framework()
    {
        var fault = await RefusedAsync((int limit) => limit, http => http.Request.QueryString = new("?limit=many"));

        var said = _faults.Explain(fault).Refusal.Faults.Single();
        Assert.Equal(("/limit", "query.value"), ("/" + said.Pointer.TrimStart('/'), said.Code));
        Assert.Equal("request.malformed", _faults.Explain(new BadHttpRequestException("The value many was not understood.")).Refusal.Code);
    }

    [Fact]
    public async Task A_body_that_is_missing_is_told_by_the_message_of_the_framework()
    {
        var fault = await RefusedAsync((Shape shape) => shape, http => http.Request.Method = "POST");

        Assert.Equal("request.bodyMissing", _faults.Explain(fault).Refusal.Faults.Single().Code);
    }

    private string CodeOf(JsonException fault) =>
        _faults.Explain(new BadHttpRequestException("Failed to read the body.", 400, fault)).Refusal.Faults.Single().Code;

    /// <summary>What the framework throws when it binds a handler's parameters.</summary>
    private async Task<BadHttpRequestException> RefusedAsync(Delegate handler, Action<HttpContext> request)
    {
        var bound = RequestDelegateFactory.Create(handler,
            new RequestDelegateFactoryOptions { ThrowOnBadRequest = true, ServiceProvider = shelf.Service.Services });
        var http = new DefaultHttpContext { RequestServices = shelf.Service.Services };
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new NoBody());
        request(http);
        return await Assert.ThrowsAsync<BadHttpRequestException>(() => bound.RequestDelegate(http));
    }

    private sealed record Shape
    {
        public int Known { get; init; }
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }
}
