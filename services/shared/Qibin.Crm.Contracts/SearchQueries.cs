using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts;

/// <summary>Asks a service what a text finds of its resources, for somebody who may read them.</summary>
public sealed record SearchQuery
{
    /// <summary>The person, as the access token says.</summary>
    public required CallerClaims Caller { get; init; }

    /// <summary>2 to 100 characters.</summary>
    public required string Text { get; init; }

    /// <summary>Resources of each kind at most.</summary>
    public required int Most { get; init; }
}

/// <summary>What was found, by kind; of each kind the newest change comes first.</summary>
public sealed record SearchReply
{
    public required FoundResource[] Found { get; init; }
}

/// <summary>
/// Kinds of resources that one search finds: a lead, an investor, one of its people, a project, an enterprise, a user of this system, a
/// unit.
/// </summary>
public enum FoundKind { Lead, Investor, Person, Project, Enterprise, User, Unit }

/// <summary>A resource that a search found.</summary>
public sealed record FoundResource
{
    public required FoundKind Kind { get; init; }
    public required Guid Id { get; init; }

    /// <summary>The code people use, or the user name; null of what has none.</summary>
    public string? Code { get; init; }

    /// <summary>Its name; of a lead the investor's.</summary>
    public required string Name { get; init; }

    /// <summary>What tells it apart from others of its name: title of a lead, investor of a person or project, unit of a user.</summary>
    public string? Detail { get; init; }

    /// <summary>Address at which to read it.</summary>
    public required string Path { get; init; }
}
