using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Web.Identity;

/// <summary>The authority that issues accepted tokens.</summary>
[Settings("Identity")]
public sealed record IdentitySettings
{
    /// <summary>
    /// The authority that issues tokens, as it names itself in them: the gateway's public address, unless an outside authority is used.
    /// </summary>
    [Required]
    public Uri? Issuer { get; init; }

    /// <summary>Address of the authority's OpenID Connect metadata; below <c>Issuer</c> unless set.</summary>
    public Uri? MetadataAddress { get; init; }

    /// <summary>Where the metadata is.</summary>
    internal Uri Metadata => MetadataAddress ?? new Uri(Issuer!.OriginalString.TrimEnd('/') + "/.well-known/openid-configuration");

    /// <summary>Audience that a token must name.</summary>
    [Required]
    public string Audience { get; init; } = "qibin-crm";
}
