using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Identity;

/// <summary>
/// Names the scope that an integration's token lacks (RFC 6750, 3.1). A person's role is no scope: that 403 has no challenge.
/// </summary>
internal sealed class ScopeChallenge : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden && context.GetEndpoint()?.Metadata.GetMetadata<Access>() is { } access
            && Caller.From(context.User).IsIntegration)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"insufficient_scope\""
                + (access.Scope is { } scope ? $", scope=\"{scope}\"" : "");
        }

        return _usual.HandleAsync(next, context, policy, authorizeResult);
    }
}
