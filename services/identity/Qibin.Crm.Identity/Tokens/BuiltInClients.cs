using Microsoft.EntityFrameworkCore;
using Npgsql;
using OpenIddict.Abstractions;
using Qibin.Crm.Work.Data;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>
/// The two public clients that people sign in with, whose addresses follow <c>Identity:Issuer</c>: the console and the Swagger
/// page, both at the gateway. They have no secret; PKCE is required.
/// </summary>
internal sealed class BuiltInClients(IServiceScopeFactory scopes, IConfiguration configuration, ILogger<BuiltInClients> log)
    : IHostedService, IMigrationStep
{
    public const string Console = "qibin-console";
    public const string Swagger = "qibin-swagger";

    public async Task RunAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var gateway = new Uri(TokenServer.IssuerOf(configuration));
        await KeepAsync(applications, Console, "启滨招商 Qibin.Crm", [new Uri(gateway, "console/callback")],
            [new Uri(gateway, "console/"), gateway], ct);
        await KeepAsync(applications, Swagger, "接口文档 Swagger", [new Uri(gateway, "swagger/oauth2-redirect.html")], [], ct);
    }

    /// <summary>
    /// The gateway may have got another address since the last migration. Two instances that start at once may be in each other's way.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or DbUpdateException or OpenIddictExceptions.ConcurrencyException)
        {
            log.LogWarning(e, "The addresses of the console and the Swagger page could not be brought up to date");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task KeepAsync(
        IOpenIddictApplicationManager applications, string clientId, string name, Uri[] redirects, Uri[] afterSignOut, CancellationToken ct)
    {
        var present = await applications.FindByClientIdAsync(clientId, ct);
        if (present is not null)
        {
            var known = await applications.GetRedirectUrisAsync(present, ct);
            if (known.Order(StringComparer.Ordinal).SequenceEqual(redirects.Select(r => r.AbsoluteUri).Order(StringComparer.Ordinal)))
            {
                return;
            }
        }

        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = clientId,
            ClientType = ClientTypes.Public,
            ConsentType = ConsentTypes.Implicit,
            DisplayName = name,
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.Revocation,
                    Permissions.Endpoints.EndSession,
                Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.RefreshToken, Permissions.ResponseTypes.Code,
                Permissions.Prefixes.Scope + TokenServer.PeoplesScope, Permissions.Scopes.Profile,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        };
        descriptor.RedirectUris.UnionWith(redirects);
        descriptor.PostLogoutRedirectUris.UnionWith(afterSignOut);
        await (present is null ? applications.CreateAsync(descriptor, ct).AsTask() : applications.UpdateAsync(present, descriptor, ct)
            .AsTask());
    }
}
