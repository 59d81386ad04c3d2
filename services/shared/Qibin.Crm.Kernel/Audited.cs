namespace Qibin.Crm.Kernel;

/// <summary>
/// Whether the audit keeps a property's values. Numbers, dates, words and ids are kept unless this says no; texts only where this says yes,
/// since a text can hold personal data: of all others the audit says that they changed.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AuditedAttribute(bool values = true) : Attribute
{
    public bool Values { get; } = values;
}

/// <summary>Something that an entry of the audit is about.</summary>
public sealed record AuditSubject
{
    /// <summary>Such as <c>lead</c>.</summary>
    public required string Type { get; init; }

    public required Guid Id { get; init; }
}

/// <summary>What an audited write did to a row.</summary>
public enum AuditedKind { Added, Changed, Removed }

/// <summary>One row that an audited write changed.</summary>
public sealed record AuditChange
{
    /// <summary>Such as <c>contact</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Null for a row that has no id of its own.</summary>
    public Guid? Id { get; init; }

    public required AuditedKind Kind { get; init; }

    public required IReadOnlyList<AuditedField> Fields { get; init; }
}

/// <summary>One value before and after.</summary>
public sealed record AuditedField
{
    public required string Name { get; init; }
    public string? Before { get; init; }
    public string? After { get; init; }

    /// <summary>The audit does not keep the values: they can hold personal data, or are secret.</summary>
    public bool Withheld { get; init; }
}
