using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.IdentityModel.Tokens;

namespace Qibin.Crm.TestKit;

/// <summary>The tokens of a person who has signed in, or of a client.</summary>
public sealed record SignedIn(string AccessToken, string? RefreshToken, string? IdToken);

/// <summary>
/// Signs people in as a browser does, through the pages and with PKCE, and clients with their secret. The tokens come from the
/// address that is given: the gateway's, or the identity service's own.
/// </summary>
public sealed partial class SignIn : IDisposable
{
    public const string Client = "qibin-console";
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false, UseCookies = true, UseProxy = false };
    private readonly HttpClient _http;

    public SignIn(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        _http = new HttpClient(_handler) { BaseAddress = address };
    }

    /// <summary>The browser's cookies.</summary>
    public CookieContainer Cookies => _handler.CookieContainer;

    /// <summary>The browser; it keeps cookies and follows nothing.</summary>
    public HttpClient Browser => _http;

    /// <summary>Signs a person in.</summary>
    /// <exception cref="InvalidOperationException">
    /// A page answered otherwise than it does for a right password; the message has its body.
    /// </exception>
    public static async Task<SignedIn> AsAsync(Uri gateway, string userName, string password)
    {
        using var browser = new SignIn(gateway);
        return await browser.TokensAsync(await browser.CodeAsync(userName, password));
    }

    /// <summary>Signs in a person for the first time, who replaces the password that an administrator has given.</summary>
    public async Task<SignedIn> FirstAsync(string userName, string given, string chosen)
    {
        var signIn = await _http.GetStringAsync(new Uri("/account/sign-in", UriKind.Relative));
        var to = await PostAsync("sign-in", signIn, ("userName", userName), ("password", given));
        var page = await _http.GetStringAsync(new Uri(to, UriKind.Relative));
        await PostAsync(to, page, ("present", given), ("chosen", chosen), ("again", chosen));
        return await TokensAsync(await CodeAsync(userName, chosen));
    }

    /// <summary>An integration's access token.</summary>
    /// <param name="gateway">Where to ask.</param>
    /// <param name="clientId">The client.</param>
    /// <param name="clientSecret">Its secret.</param>
    /// <param name="scopes">The scopes to ask for; all of the client's when none is named.</param>
    public static async Task<string> AsClientAsync(Uri gateway, string clientId, string clientSecret, params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        using var browser = new SignIn(gateway);
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId,
            ["client_secret"] = clientSecret,
        };
        if (scopes.Length > 0)
        {
            form["scope"] = string.Join(' ', scopes);
        }

        return Read(await browser.TokenAsync(form)).AccessToken;
    }

    /// <summary>An authorization code with the verifier that goes with it.</summary>
    public sealed record Code(string Value, string Verifier, string RedirectUri);

    /// <summary>Asks for a code, and signs in on the page when nobody is signed in.</summary>
    /// <param name="userName">The person.</param>
    /// <param name="password">The password.</param>
    /// <param name="redirectUri">Where the code goes; the console's address at the gateway when null.</param>
    /// <param name="with">What the request has besides, from <c>&amp;</c> on.</param>
    public async Task<Code> CodeAsync(string userName, string password, string? redirectUri = null, string with = "")
    {
        redirectUri ??= new Uri(_http.BaseAddress!, "console/callback").AbsoluteUri;
        var verifier = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var next = "/connect/authorize?response_type=code&client_id=" + Client
            + "&scope=openid%20offline_access%20profile%20crm&code_challenge_method=S256"
            + $"&code_challenge={challenge}&state=s&redirect_uri={Uri.EscapeDataString(redirectUri)}{with}";
        // Authorize, sign-in page, authorize again, and back at the client: four redirects at most.
        for (var hops = 0; hops < 4; hops++)
        {
            using var response = await _http.GetAsync(new Uri(next, UriKind.RelativeOrAbsolute));
            if (response.StatusCode == HttpStatusCode.OK)
            {
                next = await PostAsync(next, await response.Content.ReadAsStringAsync(), ("userName", userName), ("password", password));
                continue;
            }

            next = response.Headers.Location?.OriginalString ?? throw new InvalidOperationException(
                $"GET {next} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            if (next.StartsWith(redirectUri, StringComparison.Ordinal))
            {
                return HttpUtility.ParseQueryString(new Uri(next).Query)["code"] is { } code
                    ? new Code(code, verifier, redirectUri)
                    : throw new InvalidOperationException("No code: " + next);
            }
        }

        throw new InvalidOperationException("No end of redirects; last to " + next);
    }

    /// <summary>Tokens for a code.</summary>
    public async Task<SignedIn> TokensAsync(Code code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return Read(await TokenAsync(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = Client,
            ["code"] = code.Value,
            ["code_verifier"] = code.Verifier,
            ["redirect_uri"] = code.RedirectUri,
        }));
    }

    /// <summary>What the token endpoint answers to a refresh token.</summary>
    public Task<(int Status, string Body)> RefreshAsync(string refreshToken) => TokenAsync(new Dictionary<string, string>
    {
        ["grant_type"] = "refresh_token",
        ["client_id"] = Client,
        ["refresh_token"] = refreshToken,
    });

    /// <summary>What the token endpoint answers to a form.</summary>
    public async Task<(int Status, string Body)> TokenAsync(IReadOnlyDictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form);
        using var response = await _http.PostAsync(new Uri("/connect/token", UriKind.Relative), content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The tokens in an answer of the token endpoint.</summary>
    public static SignedIn Read((int Status, string Body) answer)
    {
        if (answer.Status != 200)
        {
            throw new InvalidOperationException($"No token, {answer.Status}: {answer.Body}");
        }

        var json = JsonSerializer.Deserialize<JsonElement>(answer.Body);
        return new SignedIn(json.GetProperty("access_token").GetString()!, Text("refresh_token"), Text("id_token"));
        string? Text(string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    /// <summary>Sends a page's first form with its hidden fields and these.</summary>
    /// <returns>Where the answer redirects to.</returns>
    public async Task<string> PostAsync(string path, string page, params (string Name, string Value)[] fields)
    {
        using var response = await SubmitAsync(page, fields);
        return response.Headers.Location?.OriginalString ?? throw new InvalidOperationException(
            $"The form of {path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>Sends a page's first form with its hidden fields and these.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, params (string Name, string Value)[] fields)
    {
        var form = FormElement().Match(page);
        var hidden = HiddenField().Matches(form.Groups["inside"].Value)
            .Select(m => (HttpUtility.HtmlDecode(m.Groups["name"].Value), HttpUtility.HtmlDecode(m.Groups["value"].Value)));
        using var content = new FormUrlEncodedContent(hidden.Concat(fields).Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
        return await _http.PostAsync(new Uri(form.Groups["action"].Value, UriKind.Relative), content);
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    [GeneratedRegex("<form method=\"post\" action=\"(?<action>[^\"]*)\">(?<inside>.*?)</form>",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex FormElement();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">", RegexOptions.ExplicitCapture)]
    private static partial Regex HiddenField();
}
