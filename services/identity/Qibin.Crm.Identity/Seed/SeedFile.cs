using System.Text.Json;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Identity.Seed;

/// <summary>
/// The organisation that a deployment starts with: the JSON file that <c>Identity:Seed</c> names, read by <c>migrate</c>. What is
/// absent is created, what exists is left as it is, so the file may stay where it is.
/// </summary>
internal sealed record SeedFile
{
    /// <summary>A parent comes before its children.</summary>
    public IReadOnlyList<SeedUnit> Units { get; init; } = [];

    public IReadOnlyList<SeedUser> Users { get; init; } = [];
    public IReadOnlyList<SeedClient> Clients { get; init; } = [];

    /// <exception cref="JsonException">The file has another shape; unknown members are refused.</exception>
    public static async Task<SeedFile> ReadAsync(string path, CancellationToken ct)
    {
        await using var file = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<SeedFile>(file, StrictJson.Options, ct)
            ?? throw new JsonException($"{path} holds nothing.");
    }
}

/// <summary>A unit, known by its code.</summary>
internal sealed record SeedUnit
{
    public required string Code { get; init; }
    public required string Name { get; init; }
    public string? NameEn { get; init; }
    public string? ParentCode { get; init; }
}

/// <summary>A person, known by the user name. The password is the person's own from the start and need not be changed.</summary>
internal sealed record SeedUser
{
    public required string UserName { get; init; }
    public required string DisplayName { get; init; }

    /// <summary>At least 12 characters, hard to guess.</summary>
    public required string Password { get; init; }

    /// <summary>One of the roles of people.</summary>
    public required string Role { get; init; }

    /// <summary>Code of the unit.</summary>
    public required string Unit { get; init; }

    /// <summary>Codes of industry chains.</summary>
    public string[] Chains { get; init; } = [];
}

/// <summary>An integration, known by its client id.</summary>
internal sealed record SeedClient
{
    public required string ClientId { get; init; }
    public required string DisplayName { get; init; }

    /// <summary>At least 32 characters, random.</summary>
    public required string ClientSecret { get; init; }

    public required string[] Scopes { get; init; }
}
