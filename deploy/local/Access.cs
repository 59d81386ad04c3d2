using System.Text.Encodings.Web;
using System.Text.Json;

namespace Qibin.Crm.Local;

/// <summary>How to get in: what <c>access.json</c> in the data directory holds, readable by its owner only.</summary>
/// <param name="Gateway">Address of the gateway, without a trailing slash.</param>
/// <param name="Users">At least one of each role.</param>
/// <param name="Clients">The first has all scopes but <c>identity.write</c>.</param>
public sealed record Access(string Gateway, IReadOnlyList<AccessUser> Users, IReadOnlyList<AccessClient> Clients)
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal string Print() => JsonSerializer.Serialize(this, Json) + "\n";
}

/// <summary>A person who signs in.</summary>
/// <param name="UserName">For the sign-in page.</param>
/// <param name="Password">Generated when the data directory was made.</param>
/// <param name="Role">As in tokens.</param>
/// <param name="Unit">Code of the unit.</param>
public sealed record AccessUser(string UserName, string Password, string Role, string Unit);

/// <summary>Another system, by client credentials at <c>/connect/token</c>.</summary>
public sealed record AccessClient(string ClientId, string ClientSecret, IReadOnlyList<string> Scopes);
