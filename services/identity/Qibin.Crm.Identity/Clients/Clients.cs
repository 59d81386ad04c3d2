using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Identity.Clients;

/// <summary>An integration.</summary>
public sealed record ClientAnswer : IVersioned
{
    /// <summary>The <c>sub</c> of its tokens.</summary>
    public required Guid Id { get; init; }

    public required string ClientId { get; init; }
    public required string DisplayName { get; init; }
    public required IReadOnlyList<string> Scopes { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The secrets that may still be valid, the newest first; never the secrets themselves.</summary>
    public required IReadOnlyList<ClientSecretAnswer> Secrets { get; init; }

    public required long Version { get; init; }

    internal static ClientAnswer From(Client client) => new()
    {
        Id = client.Id,
        ClientId = client.ClientId,
        DisplayName = client.DisplayName,
        Scopes = client.Scopes,
        CreatedAt = client.CreatedAt,
        RevokedAt = client.RevokedAt,
        Secrets = [.. client.Secrets.OrderByDescending(s => s.CreatedAt)
            .Select(s => new ClientSecretAnswer { CreatedAt = s.CreatedAt, ExpiresAt = s.ExpiresAt })],
        Version = client.Version,
    };
}

/// <summary>The life of a secret.</summary>
public sealed record ClientSecretAnswer
{
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A client with a new secret, which is told this once and kept only as a hash.</summary>
public sealed record SecretReceipt : Receipt, IToldOnce
{
    public required string ClientId { get; init; }

    /// <summary>43 characters. A repeat of the request is answered without it: rotate to get another.</summary>
    public string? ClientSecret { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    IReceipt IToldOnce.Kept => this with { ClientSecret = null };
}

/// <summary>The clients' operations. People only: an integration must not make integrations.</summary>
internal static class ClientOperations
{
    private static readonly Listing<Client> Listing = new Listing<Client>(c => c.Id, "clientId").Sort("clientId", c => c.ClientId)
        .Sort("createdAt", c => c.CreatedAt);

    public static void MapClients(this RouteGroupBuilder api)
    {
        api.MapGet("/clients", List).Allow(null, Roles.Administrator, Roles.Auditor).WithMetadata(Listing)
            .WithName("listClients").WithSummary("集成客户端列表 · Integrations");
        api.MapGet("/clients/{clientId:guid}", Read).Allow(null, Roles.Administrator, Roles.Auditor)
            .WithName("readClient").WithSummary("集成客户端详情 · One integration");
        api.MapPost("/clients", CreateClient.Handle).Allow(null, Roles.Administrator)
            .WithName("createClient").WithSummary("新建集成客户端，密钥只显示一次 · Create an integration; the secret is shown once");
        api.MapPost("/clients/{clientId:guid}/secrets", RotateSecret.Handle).Allow(null, Roles.Administrator)
            .WithName("rotateSecret").WithSummary("轮换密钥，旧密钥在重叠期内仍有效 · Rotate the secret; the old one overlaps");
        api.MapPost("/clients/{clientId:guid}/revocation", RevokeClient.Handle).Allow(null, Roles.Administrator)
            .WithName("revokeClient").WithSummary("吊销集成客户端 · Revoke an integration");
    }

    private static async Task<Ok<Page<ClientAnswer>>> List(
        [AsParameters] PageQuery page, IdentityDb db, HttpRequest request, CancellationToken ct) =>
        TypedResults.Ok(await Listing.PageAsync(db.Clients.AsNoTracking(), page, request, ClientAnswer.From, ct));

    private static async Task<Results<Ok<ClientAnswer>, NotFound>> Read(Guid clientId, IdentityDb db, CancellationToken ct) =>
        await db.Clients.AsNoTracking().SingleOrDefaultAsync(c => c.Id == clientId, ct) is { } client
            ? TypedResults.Ok(ClientAnswer.From(client))
            : TypedResults.NotFound();
}
