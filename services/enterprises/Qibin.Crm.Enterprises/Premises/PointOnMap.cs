using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>A point on the map, WGS 84, to 6 decimals (about 0.1 m).</summary>
public sealed record PointOnMap
{
    /// <summary>Degrees east.</summary>
    [Needed, NumberRange(-180, 180, 6)]
    public decimal? Longitude { get; init; }

    /// <summary>Degrees north.</summary>
    [Needed, NumberRange(-90, 90, 6)]
    public decimal? Latitude { get; init; }

    internal Coordinates Read() => new(Longitude!.Value, Latitude!.Value);

    internal static PointOnMap? From(Coordinates? at) =>
        at is null ? null : new PointOnMap { Longitude = at.Longitude, Latitude = at.Latitude };
}
