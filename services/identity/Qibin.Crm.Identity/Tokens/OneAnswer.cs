using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>
/// Whatever is wrong with a client's id or secret is said in the same words, so that nobody learns which clients exist: an unknown id, a
/// wrong secret, and a secret for a client that has none.
/// </summary>
internal sealed class OneAnswer
    : IOpenIddictServerHandler<ApplyTokenResponseContext>, IOpenIddictServerHandler<ApplyRevocationResponseContext>
{
    /// <summary>Before the response is written.</summary>
    public const int Order = int.MinValue + 1_000;

    public ValueTask HandleAsync(ApplyTokenResponseContext context) => Say(context.Response, context.Request);

    public ValueTask HandleAsync(ApplyRevocationResponseContext context) => Say(context.Response, context.Request);

    private static ValueTask Say(OpenIddictResponse response, OpenIddictRequest? request)
    {
        // Whoever has a secret may use it here, so this is said of those who have none.
        if (response.Error == Errors.InvalidClient
            || (response.Error == Errors.UnauthorizedClient && request?.IsClientCredentialsGrantType() == true))
        {
            response.Error = Errors.InvalidClient;
            response.ErrorDescription = "The client or its secret is not known.";
            response.ErrorUri = null;
        }

        return default;
    }
}
