using System.Linq.Expressions;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>An enterprise as lists show it.</summary>
public sealed record EnterpriseSummary
{
    public required Guid Id { get; init; }

    /// <summary>The code people use, such as <c>E-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required string Name { get; init; }

    /// <summary>Unified social credit code, GB 32100-2015; null for an enterprise that only another country has registered.</summary>
    public required string? Uscc { get; init; }

    /// <summary>Registration outside of the mainland.</summary>
    public required ForeignRegistration? ForeignRegistration { get; init; }

    [Named]
    public required string? ChainCode { get; init; }

    [Named]
    public required string? NodeCode { get; init; }

    /// <summary>GB/T 4754-2017.</summary>
    public required string? IndustryCode { get; init; }

    public required DateOnly RegisteredOn { get; init; }

    /// <summary>In the city 在园 now: has a tenancy that has not ended.</summary>
    public required bool InCity { get; init; }

    public required bool Confidential { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    internal static readonly Expression<Func<Enterprise, EnterpriseSummary>> Of = e => new EnterpriseSummary
    {
        Id = e.Id,
        Code = e.Code,
        Name = e.Name,
        Uscc = e.Uscc,
        ForeignRegistration = e.ForeignRegistration,
        ChainCode = e.ChainCode,
        NodeCode = e.NodeCode,
        IndustryCode = e.IndustryCode,
        RegisteredOn = e.RegisteredOn,
        InCity = e.InCity,
        Confidential = e.Confidential,
        UpdatedAt = e.UpdatedAt,
        Version = e.Version,
    };
}

/// <summary>A project that the enterprise was registered for.</summary>
public sealed record EnterpriseProject
{
    public required Guid ProjectId { get; init; }
    public required Guid LeadId { get; init; }
    public required DateOnly RegisteredOn { get; init; }
}

/// <summary>An enterprise.</summary>
public sealed record EnterpriseDetail : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>The code people use, such as <c>E-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required string Name { get; init; }

    /// <summary>Unified social credit code, GB 32100-2015; null for an enterprise that only another country has registered.</summary>
    public required string? Uscc { get; init; }

    /// <summary>Registration outside of the mainland.</summary>
    public required ForeignRegistration? ForeignRegistration { get; init; }

    [Named]
    public required string? ChainCode { get; init; }

    [Named]
    public required string? NodeCode { get; init; }

    public required string? Address { get; init; }

    /// <summary>GB/T 4754-2017.</summary>
    public required string? IndustryCode { get; init; }

    public required DateOnly RegisteredOn { get; init; }

    /// <summary>In the city 在园 now: has a tenancy that has not ended.</summary>
    public required bool InCity { get; init; }

    public required bool Confidential { get; init; }

    /// <summary>Those that the caller may know of.</summary>
    public required IReadOnlyList<EnterpriseProject> Projects { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
}
