namespace Qibin.Crm.Web.Tests.Shelf;

/// <summary>What a thing is made of.</summary>
public enum Material { Paper, Metal, Wood, SatelliteGradeGlass }

/// <summary>The one aggregate of the tests' own service: a member of each kind that the ground rules speak of.</summary>
public sealed class Thing : Aggregate, IScoped
{
    private Thing()
    {
    }

    public string Name { get; private set; } = "";
    public string? Note { get; private set; }
    public Material Material { get; private set; }
    public int Count { get; private set; }
    public long Weight { get; private set; }
    public decimal Price { get; private set; }
    public string Currency { get; private set; } = "CNY";
    public DateOnly MadeOn { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public Guid BatchId { get; private set; }
    public string? Uscc { get; private set; }
    public bool Closed { get; private set; }
    public Guid OwnerId { get; private init; }
    public Guid UnitId { get; private init; }
    public string? ChainCode => null;
    public bool Confidential { get; private init; }
    public Guid[] Readers { get; private init; } = [];

    public static Thing Make(ThingRequest request, Caller caller, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(caller);
        var thing = new Thing { Id = Guid.CreateVersion7(at), OwnerId = caller.Id, UnitId = caller.UnitId ?? Guid.Empty };
        thing.Describe(request.Name!, request.Note, at);
        thing.Material = request.Material!.Value;
        thing.Count = request.Count ?? 1;
        thing.Weight = request.Weight ?? 0;
        thing.Price = request.Price?.Amount ?? 0;
        thing.Currency = request.Price?.Currency ?? "CNY";
        thing.MadeOn = request.MadeOn ?? at.OnDay();
        thing.BatchId = request.BatchId ?? Guid.Empty;
        thing.Uscc = request.Uscc;
        return thing;
    }

    public void Describe(string name, string? note, DateTimeOffset at)
    {
        if (Closed)
        {
            throw new RuleViolation("thing.closed", Name);
        }

        Name = name;
        Note = note;
        UpdatedAt = at;
        Touch();
    }

    public void Close(DateTimeOffset at)
    {
        if (Note is null)
        {
            throw RuleViolation.Lacking("thing.notReady", ["note"]);
        }

        Closed = true;
        UpdatedAt = at;
        Touch();
    }
}
