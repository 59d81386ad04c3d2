using System.Globalization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Domain;

/// <summary>An enterprise's stay in its spaces 租约, from the day it moved in until it leaves.</summary>
public sealed class Tenancy : Aggregate, IConfidential
{
    private Tenancy()
    {
    }

    [Audited]
    public string Code { get; private init; } = "";
    public Guid EnterpriseId { get; private init; }
    public Guid ApplicationId { get; private init; }
    public Guid? ProjectId { get; private init; }
    public Guid? LeadId { get; private init; }
    public Guid[] SpaceIds { get; private init; } = [];
    public DateOnly StartedOn { get; private init; }

    /// <summary>First day after the lease's term; null when it has none.</summary>
    public DateOnly? LeaseUntil { get; private init; }

    /// <summary>The day from which the enterprise is not there any more; null while it is.</summary>
    public DateOnly? EndedOn { get; private set; }

    public string? EndReason { get; private set; }
    public bool Confidential { get; private init; }
    public Guid[] Readers { get; private init; } = [];
    public DateTimeOffset RecordedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Opens the tenancy of an application that moves in.</summary>
    public static Tenancy Open(string code, EntryApplication application, Guid? leadId, DateOnly on, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(application);
        var tenancy = new Tenancy
        {
            Id = Guid.CreateVersion7(at),
            Code = code,
            EnterpriseId = application.EnterpriseId,
            ApplicationId = application.Id,
            ProjectId = application.ProjectId,
            LeadId = leadId,
            SpaceIds = application.SpaceIds,
            StartedOn = on,
            LeaseUntil = application.WantedTo,
            Confidential = application.Confidential,
            Readers = application.Readers,
            RecordedAt = at,
            UpdatedAt = at,
        };
        tenancy.Touch();
        return tenancy;
    }

    /// <exception cref="RuleViolation"><c>tenancy.ended</c> or <c>tenancy.endBeforeStart</c>.</exception>
    public void End(DateOnly on, string reason, DateTimeOffset at)
    {
        if (EndedOn is not null)
        {
            throw new RuleViolation("tenancy.ended");
        }

        if (on < StartedOn)
        {
            throw new RuleViolation("tenancy.endBeforeStart", StartedOn.ToString("O", CultureInfo.InvariantCulture));
        }

        (EndedOn, EndReason, UpdatedAt) = (on, reason, at);
        Touch();
    }
}
