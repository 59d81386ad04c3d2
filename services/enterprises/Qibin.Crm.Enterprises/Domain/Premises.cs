using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Domain;

/// <summary>Whether a part of the premises can be let: 可用, 维修中, 停用.</summary>
public enum PremisesState { Available, UnderRepair, Closed }

/// <summary>A point on the map, WGS 84.</summary>
/// <param name="Longitude">Degrees east, −180 to 180.</param>
/// <param name="Latitude">Degrees north, −90 to 90.</param>
public sealed record Coordinates(decimal Longitude, decimal Latitude);

/// <summary>The common part of parks, buildings and spaces 载体.</summary>
public abstract class PremisesPart : Aggregate
{
    [Audited]
    public string Code { get; protected init; } = "";
    [Audited]
    public string Name { get; private set; } = "";
    public Coordinates? At { get; private set; }

    /// <summary>Only what is available can be let.</summary>
    public PremisesState State { get; private set; }

    public DateTimeOffset RecordedAt { get; protected init; }
    public DateTimeOffset UpdatedAt { get; private set; }

    protected void Set(string name, Coordinates? at, PremisesState state, DateTimeOffset now)
    {
        (Name, At, State, UpdatedAt) = (name, at, state, now);
        Touch();
    }
}

/// <summary>The facts of a park that people enter.</summary>
public sealed record ParkFacts(string Name, string? Address, Coordinates? At, PremisesState State);

/// <summary>A park 园区.</summary>
public sealed class Park : PremisesPart
{
    private Park()
    {
    }

    [Audited]
    public string? Address { get; private set; }

    public static Park Open(string code, ParkFacts facts, DateTimeOffset at)
    {
        var park = new Park { Id = Guid.CreateVersion7(at), Code = code, RecordedAt = at };
        park.Amend(facts, at);
        return park;
    }

    public void Amend(ParkFacts facts, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Address = facts.Address;
        Set(facts.Name, facts.At, facts.State, at);
    }
}

/// <summary>The facts of a building that people enter.</summary>
/// <param name="Name">Unique in its park.</param>
/// <param name="Floors">Floors above ground, numbered 1 upwards.</param>
/// <param name="Basements">Floors below ground, numbered −1 downwards.</param>
/// <param name="At">Its place on the map.</param>
/// <param name="State">A closed building's spaces cannot be let.</param>
public sealed record BuildingFacts(string Name, int Floors, int Basements, Coordinates? At, PremisesState State);

/// <summary>A building 楼宇 of a park.</summary>
public sealed class Building : PremisesPart
{
    private Building()
    {
    }

    public Guid ParkId { get; private init; }
    public int Floors { get; private set; }
    public int Basements { get; private set; }

    public static Building Open(Guid parkId, string code, BuildingFacts facts, DateTimeOffset at)
    {
        var building = new Building { Id = Guid.CreateVersion7(at), ParkId = parkId, Code = code, RecordedAt = at };
        building.Amend(facts, at);
        return building;
    }

    public void Amend(BuildingFacts facts, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(facts);
        (Floors, Basements) = (facts.Floors, facts.Basements);
        Set(facts.Name, facts.At, facts.State, at);
    }

    /// <summary>Whether the building has this floor: 1 upwards above ground, −1 downwards below; there is no floor 0.</summary>
    public bool HasFloor(int floor) => floor > 0 ? floor <= Floors : floor < 0 && -floor <= Basements;
}

/// <summary>The facts of a space that people enter.</summary>
/// <param name="Name">Unique in its building, such as <c>A-301</c>.</param>
/// <param name="Floor">1 upwards above ground, −1 downwards below.</param>
/// <param name="Area">m².</param>
/// <param name="Height">Clear height, m.</param>
/// <param name="FloorLoad">kN/m².</param>
/// <param name="Power">kVA.</param>
/// <param name="Rent">Per m² and month.</param>
/// <param name="At">Where it is, when the building is too coarse.</param>
/// <param name="ReadyOn">The day from which it can be let; idle days count from it.</param>
/// <param name="State">Only an available space can be let.</param>
public sealed record SpaceFacts(
    string Name, int Floor, decimal Area, decimal? Height, decimal? FloorLoad, decimal? Power, Money? Rent, Coordinates? At,
    DateOnly ReadyOn,
    PremisesState State);

/// <summary>A space 单元: the smallest part of a building that is let.</summary>
public sealed class Space : PremisesPart
{
    private Space()
    {
    }

    public Guid ParkId { get; private init; }
    public Guid BuildingId { get; private init; }
    public int Floor { get; private set; }
    public decimal Area { get; private set; }
    public decimal? Height { get; private set; }
    public decimal? FloorLoad { get; private set; }
    public decimal? Power { get; private set; }
    public Money? Rent { get; private set; }
    public DateOnly ReadyOn { get; private set; }

    /// <exception cref="RuleViolation"><c>premises.floorUnknown</c>.</exception>
    public static Space Open(Building building, string code, SpaceFacts facts, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(building);
        var space = new Space
        {
            Id = Guid.CreateVersion7(at),
            ParkId = building.ParkId,
            BuildingId = building.Id,
            Code = code,
            RecordedAt = at,
        };
        space.Amend(building, facts, at);
        return space;
    }

    /// <exception cref="RuleViolation"><c>premises.floorUnknown</c>.</exception>
    public void Amend(Building building, SpaceFacts facts, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(building);
        ArgumentNullException.ThrowIfNull(facts);
        if (!building.HasFloor(facts.Floor))
        {
            throw new RuleViolation("premises.floorUnknown", facts.Floor);
        }

        (Floor, Area, Height, FloorLoad, Power) = (facts.Floor, facts.Area, facts.Height, facts.FloorLoad, facts.Power);
        (Rent, ReadyOn) = (facts.Rent, facts.ReadyOn);
        Set(facts.Name, facts.At, facts.State, at);
    }
}
