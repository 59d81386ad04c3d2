using System.ComponentModel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>Rules of first-report protection 首报首谈.</summary>
public sealed record ClaimRules : IRules
{
    static Guid IRules.Id { get; } = new("0191d000-0000-7000-8000-000000000001");

    /// <summary>Days that a claim protects from its filing.</summary>
    [DefaultValue(90)]
    public int ProtectionDays { get; init; } = 90;

    /// <summary>Days that an extension adds.</summary>
    [DefaultValue(90)]
    public int ExtensionDays { get; init; } = 90;

    /// <summary>Days without a contact after which a claim is released.</summary>
    [DefaultValue(30)]
    public int IdleReleaseDays { get; init; } = 30;

    /// <summary>Investment in yuan from which a provincial filing is needed before signing.</summary>
    [DefaultValue(1_000_000_000)]
    public long FilingFrom { get; init; } = 1_000_000_000;

    /// <summary>Investment in yuan from which a task force is needed.</summary>
    [DefaultValue(5_000_000_000)]
    public long TaskForceFrom { get; init; } = 5_000_000_000;
}
