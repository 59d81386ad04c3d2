using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Gateway;

/// <summary>How much the gateway lets through.</summary>
[Settings("Limits")]
internal sealed record LimitSettings
{
    /// <summary>Requests a second of one principal, whatever token it shows; twice as many at once.</summary>
    [Range(1, 10_000_000)]
    public int PrincipalPerSecond { get; init; } = 2000;

    /// <summary>Requests a second without a token, of one address (of IPv6, one /64 network); twice as many at once.</summary>
    [Range(1, 10_000_000)]
    public int AddressPerSecond { get; init; } = 200;

    /// <summary>
    /// Attempts to sign in or to get a token, a minute and an address; as many at once. An office shares an address. Browsers in which
    /// somebody has signed in before are counted by the identity service, each by itself.
    /// </summary>
    [Range(1, 10_000_000)]
    public int SignInsPerMinute { get; init; } = 240;

    /// <summary>
    /// Requests that one service works on at a time; more are answered 503, so that a slow service cannot hold up the others.
    /// </summary>
    [Range(1, 100_000)]
    public int InFlightPerService { get; init; } = 256;

    /// <summary>
    /// Seconds for which an answer of a service may be silent before the gateway answers 504; each service's own value (10 to 30) unless
    /// set.
    /// </summary>
    [Range(1, 3600)]
    public int? SilenceSeconds { get; init; }
}

/// <summary>Proxies in front of the gateway, and pages that may call it.</summary>
[Settings("Edge")]
internal sealed record EdgeSettings
{
    /// <summary>
    /// The proxies in front of the gateway: addresses or networks, separated by commas. Only they are believed about the client's
    /// address, the scheme and the host; nobody is unless set.
    /// </summary>
    public string TrustedProxies { get; init; } = "";

    /// <summary>
    /// Origins whose pages may call the API from a browser (CORS), separated by commas, such as <c>https://portal.example</c>; none
    /// unless set. Callers show a token; cookies are never sent along.
    /// </summary>
    public string AllowedOrigins { get; init; } = "";
}

/// <summary>Base addresses of the services, several instances separated by commas; a service without one is not deployed.</summary>
[Settings("Services")]
internal sealed record ServiceAddresses
{
    /// <summary>Base addresses of the leads service, separated by commas.</summary>
    public string Leads { get; init; } = "";

    /// <summary>Base addresses of the projects service, separated by commas.</summary>
    public string Projects { get; init; } = "";

    /// <summary>Base addresses of the enterprises service, separated by commas.</summary>
    public string Enterprises { get; init; } = "";

    /// <summary>Base addresses of the pipeline service, separated by commas.</summary>
    public string Pipeline { get; init; } = "";

    /// <summary>Base addresses of the identity service, separated by commas. Token keys are fetched from the first one.</summary>
    public string Identity { get; init; } = "";
}
