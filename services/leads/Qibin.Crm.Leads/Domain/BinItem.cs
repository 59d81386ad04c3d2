using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>What lies in the bin: 线索, 联系记录, 已取消的下一步, 联系人.</summary>
public enum BinKind { Lead, Contact, NextStep, Person }

/// <summary>
/// Something that was entered by mistake, in the bin 回收站. Its rows are here and no longer in their tables, so that nothing else has to
/// leave them out; only a cancelled next step stays in its lead's history.
/// </summary>
internal sealed class BinItem : Aggregate, IScoped
{
    private BinItem()
    {
    }

    public BinKind Kind { get; private init; }

    /// <summary>The id of what was removed.</summary>
    public Guid SubjectId { get; private init; }

    /// <summary>The lead that it is or belongs to; null of a person.</summary>
    public Guid? LeadId { get; private init; }

    /// <summary>The leads with which a person was entered: who may change one of them restores it.</summary>
    public Guid[] LeadIds { get; private init; } = [];

    public Guid InvestorId { get; private init; }

    /// <summary>The lead's code.</summary>
    [Audited]
    public string? Code { get; private init; }

    /// <summary>The person's name, or that of the lead's investor.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The day of the contact, or by which the step is due.</summary>
    public DateOnly? On { get; private init; }

    public string Reason { get; private init; } = "";
    public Guid RemovedBy { get; private init; }
    public DateTimeOffset RemovedAt { get; private init; }

    /// <summary>Until when it can be restored; then it is erased.</summary>
    public DateTimeOffset DueAt { get; private init; }

    // Of a lead, whose own row no longer says who may change it. What belongs to a lead or an investor goes by that.
    public Guid OwnerId { get; private init; }
    public Guid UnitId { get; private init; }
    public string? ChainCode { get; private init; }
    public bool Confidential { get; private init; }
    public Guid[] Readers { get; private init; } = [];

    public static BinItem Of(Guid id, Lead lead, Removal removal) => Of(id, BinKind.Lead, lead, lead.Id, null, removal);

    public static BinItem Of(Guid id, Lead lead, Contact contact, Removal removal) =>
        Of(id, BinKind.Contact, lead, contact.Id, contact.OccurredOn, removal);

    public static BinItem Of(Guid id, Lead lead, NextStep step, Removal removal) =>
        Of(id, BinKind.NextStep, lead, step.Id, step.DueOn, removal);

    public static BinItem Of(Guid id, Person person, Removal removal) => new BinItem
    {
        Id = id,
        Kind = BinKind.Person,
        SubjectId = person.Id,
        LeadIds = person.LeadIds,
        InvestorId = person.InvestorId,
        Name = person.Name,
        Reason = removal.Reason,
        RemovedBy = removal.Actor.By,
        RemovedAt = removal.Actor.At,
        DueAt = removal.Until,
    }.Touched();

    private static BinItem Of(Guid id, BinKind kind, Lead lead, Guid subjectId, DateOnly? on, Removal removal) => new BinItem
    {
        Id = id,
        Kind = kind,
        SubjectId = subjectId,
        LeadId = lead.Id,
        InvestorId = lead.InvestorId,
        Code = lead.Code,
        Name = lead.InvestorName,
        On = on,
        Reason = removal.Reason,
        RemovedBy = removal.Actor.By,
        RemovedAt = removal.Actor.At,
        DueAt = removal.Until,
        OwnerId = lead.OwnerId,
        UnitId = lead.UnitId,
        ChainCode = lead.ChainCode,
        Confidential = lead.Confidential,
        Readers = lead.Readers,
    }.Touched();

    private BinItem Touched()
    {
        Touch();
        return this;
    }
}

/// <summary>A row that was moved into the bin, as JSON.</summary>
internal sealed class BinRow
{
    public long Id { get; init; }
    public required Guid ItemId { get; init; }

    /// <summary>Its table.</summary>
    public required string Source { get; init; }

    public required string Row { get; init; }
}

/// <summary>Who removes something, why, and until when it can be restored.</summary>
internal sealed record Removal(string Reason, Actor Actor, DateTimeOffset Until);
