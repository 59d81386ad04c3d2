using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts;

/// <summary>Asks a service what some of its resources are called, for somebody who may read them.</summary>
public sealed record SubjectsQuery
{
    /// <summary>Ids of one question.</summary>
    public const int Most = 1000;

    /// <summary>The person, as the access token says.</summary>
    public required CallerClaims Caller { get; init; }

    /// <summary>Leads, investors, transfers, projects, enterprises; those of other services are left out.</summary>
    public required Guid[] Ids { get; init; }
}

/// <summary>What the caller may read of it.</summary>
public sealed record SubjectsReply
{
    public required SubjectName[] Subjects { get; init; }

    /// <summary>Those that are confidential 涉密 to the caller.</summary>
    public required Guid[] Withheld { get; init; }
}

/// <summary>What a resource is called.</summary>
public sealed record SubjectName
{
    public required Guid Id { get; init; }

    /// <summary>The code people use; null of what has none.</summary>
    public string? Code { get; init; }

    public required string Name { get; init; }

    /// <summary>Address at which to read it.</summary>
    public required string Path { get; init; }
}

/// <summary>Asks a service how much is open with an officer.</summary>
public sealed record OpenWorkQuery
{
    public required Guid OfficerId { get; init; }
}

/// <summary>What is open with an officer, confidential work included: a number says nothing of it.</summary>
public sealed record OpenWorkReply
{
    public required int Count { get; init; }
}
