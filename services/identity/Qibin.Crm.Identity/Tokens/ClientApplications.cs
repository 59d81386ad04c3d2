using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using Qibin.Crm.Identity.Data;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Application = OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreApplication<System.Guid>;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>
/// OpenIddict's clients, whose secrets are those of <see cref="Domain.Client"/>: several at once during a rotation, each with its
/// end. The secret that OpenIddict itself insists on is random and known to nobody.
/// </summary>
internal sealed class ClientApplications(
    IOpenIddictApplicationCache<Application> cache, ILogger<OpenIddictApplicationManager<Application>> log,
    IOptionsMonitor<OpenIddictCoreOptions> options, IOpenIddictApplicationStore<Application> store, IdentityDb db, TimeProvider clock)
    : OpenIddictApplicationManager<Application>(cache, log, options, store)
{
    public override async ValueTask<bool> ValidateClientSecretAsync(
        Application application, string secret, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(application);
        var client = await db.Clients.AsNoTracking().SingleOrDefaultAsync(c => c.ClientId == application.ClientId, cancellationToken);
        return client is not null && client.Accepts(secret, clock.GetUtcNow());
    }

    /// <summary>A NUL, which a Basic header may bring, is in no id and no column takes it.</summary>
    public override ValueTask<Application?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        return identifier.Contains('\0', StringComparison.Ordinal) ? default : base.FindByClientIdAsync(identifier, cancellationToken);
    }

    /// <summary>Lets the token endpoint know an integration.</summary>
    public async Task AddAsync(Domain.Client client, CancellationToken ct)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = client.ClientId,
            ClientType = ClientTypes.Confidential,
            ClientSecret = Domain.ClientSecret.Make(),
            DisplayName = client.DisplayName,
            Permissions = { Permissions.Endpoints.Token, Permissions.Endpoints.Revocation, Permissions.GrantTypes.ClientCredentials },
        };
        descriptor.Permissions.UnionWith(client.Scopes.Select(scope => Permissions.Prefixes.Scope + scope));
        await CreateAsync(descriptor, ct);
    }
}
