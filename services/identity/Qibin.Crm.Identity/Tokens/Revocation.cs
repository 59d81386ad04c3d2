using OpenIddict.Abstractions;
using OpenIddict.Server;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>
/// <c>POST /connect/revocation</c> (RFC 7009). OpenIddict has checked the client and noted the token as revoked; here the sign-in that
/// it was issued for ends, with its access tokens at every service. An integration's token ends alone.
/// </summary>
internal sealed class Revocation(IdentityDb db, TimeProvider clock) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        if (Guid.TryParse(token.GetClaim(Principals.SessionId), out var session))
        {
            var integration = token.HasClaim(Claims.Role, Kernel.Roles.Integration)
                && Guid.TryParse(token.GetClaim(Claims.Subject), out var client) ? client : (Guid?)null;
            await db.EndSessionAsync(session, clock, context.CancellationToken, integration);
        }
    }
}
