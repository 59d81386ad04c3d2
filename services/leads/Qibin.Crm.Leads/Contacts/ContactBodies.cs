using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Contacts;

/// <summary>Where a visit took place.</summary>
public sealed record VisitPlaceBody
{
    /// <summary>Name or address of the place.</summary>
    [Line(200)]
    public string? Name { get; init; }

    /// <summary>Division code GB/T 2260.</summary>
    [DivisionCode]
    public string? Division { get; init; }

    /// <summary>Degrees east, WGS 84 as a phone gives it; with <c>latitude</c> or not at all.</summary>
    [NumberRange(-180, 180, 6)]
    public decimal? Longitude { get; init; }

    /// <summary>Degrees north.</summary>
    [NumberRange(-90, 90, 6)]
    public decimal? Latitude { get; init; }

    internal static VisitPlaceBody? Of(VisitPlace? place) => place is null
        ? null
        : new() { Name = place.Name, Division = place.Division, Longitude = place.Longitude, Latitude = place.Latitude };

    /// <exception cref="Refusal">400 when it names nothing, or one coordinate alone.</exception>
    internal VisitPlace ToPlace()
    {
        if (Longitude.HasValue != Latitude.HasValue)
        {
            throw Refusal.Invalid(Longitude.HasValue ? "/place/latitude" : "/place/longitude", "value.required");
        }

        return (Name ?? Division) is null && Longitude is null
            ? throw Refusal.Invalid("/place/name", "value.required")
            : new VisitPlace(Name, Division, Longitude, Latitude);
    }
}

/// <summary>A reference to a file stored elsewhere: minutes, a photo, a brochure.</summary>
public sealed record AttachmentBody
{
    [Needed, Line(200)]
    public string? Title { get; init; }

    /// <summary>Absolute http or https address.</summary>
    [Needed, DocumentUri]
    public string? Uri { get; init; }

    internal static AttachmentBody[] Of(IEnumerable<Attachment> attachments) =>
        [.. attachments.Select(a => new AttachmentBody { Title = a.Title, Uri = a.Uri })];

    internal static Attachment[] ToAttachments(IEnumerable<AttachmentBody>? bodies) =>
        [.. (bodies ?? []).Select(b => new Attachment(b.Title!, b.Uri!))];
}
