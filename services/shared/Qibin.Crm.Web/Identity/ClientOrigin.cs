using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Qibin.Crm.Web.Identity;

/// <summary>Where a request comes from.</summary>
public static class ClientOrigin
{
    /// <summary>
    /// The cookie of a browser in which somebody has signed in before. Only the identity service can tell whether it is genuine.
    /// </summary>
    public const string DeviceCookie = "qibin-device";

    /// <summary>The client's address. The gateway sets X-Forwarded-For, and lets none through that a caller has sent.</summary>
    public static IPAddress? AddressOf(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return IPAddress.TryParse(http.Request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim(), out var forwarded)
            ? forwarded
            : http.Connection.RemoteIpAddress;
    }

    /// <summary>What one client has to itself: an IPv4 address, or a /64 network of IPv6.</summary>
    public static string NetworkOf(IPAddress? address) => address switch
    {
        null => IPAddress.None.ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } => new IPNetwork(Masked(address), 64).ToString(),
        _ => address.MapToIPv4().ToString(),
    };

    private static IPAddress Masked(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
