using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Claims;

/// <summary>The rules of first-report protection, all of them.</summary>
public sealed record ClaimRulesRequest
{
    /// <summary>Days that a claim protects from its filing.</summary>
    [Needed, NumberRange(1, 730)]
    public int? ProtectionDays { get; init; }

    /// <summary>Days that an extension adds.</summary>
    [Needed, NumberRange(1, 730)]
    public int? ExtensionDays { get; init; }

    /// <summary>Days without a contact after which a claim is released.</summary>
    [Needed, NumberRange(1, 730)]
    public int? IdleReleaseDays { get; init; }

    /// <summary>Investment in yuan from which a provincial filing is needed before signing.</summary>
    [Needed, NumberRange(1, 999_999_999_999)]
    public long? FilingFrom { get; init; }

    /// <summary>Investment in yuan from which a task force is needed.</summary>
    [Needed, NumberRange(1, 999_999_999_999)]
    public long? TaskForceFrom { get; init; }

    internal ClaimRules Rules() => new()
    {
        ProtectionDays = ProtectionDays!.Value,
        ExtensionDays = ExtensionDays!.Value,
        IdleReleaseDays = IdleReleaseDays!.Value,
        FilingFrom = FilingFrom!.Value,
        TaskForceFrom = TaskForceFrom!.Value,
    };
}
