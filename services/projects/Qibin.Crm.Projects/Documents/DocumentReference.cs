using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Projects.Documents;

/// <summary>A document by reference: where it lies or by which digest it is known, never its content.</summary>
public sealed record DocumentReference
{
    [Needed]
    public DocumentType? Type { get; init; }

    [Needed, Line(200)]
    public string Title { get; init; } = "";

    /// <summary>Number that the issuer gave it.</summary>
    [Line(100)]
    public string? Number { get; init; }

    /// <summary>Day of issue; not after today.</summary>
    [BusinessDate]
    public DateOnly? IssuedOn { get; init; }

    /// <summary>Absolute http or https address. The uri or the hash must be given.</summary>
    [DocumentUri]
    public string? Uri { get; init; }

    /// <summary>SHA-256 of the file, 64 lower-case hexadecimal digits.</summary>
    [Sha256]
    public string? Hash { get; init; }

    /// <summary>Checks what attributes cannot: the document can be found, and was not issued in the future.</summary>
    /// <exception cref="Refusal">400 <c>document.locator</c> or <c>date.future</c>.</exception>
    internal Document Read(TimeProvider clock, string pointer)
    {
        if ((Uri ?? Hash) is null)
        {
            throw Refusal.Invalid(pointer, "document.locator");
        }

        _ = clock.NotAfterToday(IssuedOn, pointer + "/issuedOn");
        return new Document { Type = Type!.Value, Title = Title, Number = Number, IssuedOn = IssuedOn, Uri = Uri, Hash = Hash };
    }

    /// <exception cref="Refusal">As <see cref="Read"/>, and 400 <c>value.required</c>.</exception>
    internal static Document[] ReadAll(IReadOnlyList<DocumentReference>? documents, TimeProvider clock, string pointer) =>
        // JSON can contain null where the type excludes it.
        [.. (documents ?? []).Select(
            (d, i) => ((DocumentReference?)d ?? throw Refusal.Invalid($"{pointer}/{i}", "value.required")).Read(clock, $"{pointer}/{i}"))];

    internal static DocumentReference From(Document document) => new()
    {
        Type = document.Type,
        Title = document.Title,
        Number = document.Number,
        IssuedOn = document.IssuedOn,
        Uri = document.Uri,
        Hash = document.Hash,
    };
}

/// <summary>64 lower-case hexadecimal digits.</summary>
public sealed class Sha256Attribute : ShapeAttribute
{
    public Sha256Attribute() : base("document.hash")
    {
    }

    public override bool IsValid(object? value) =>
        value is null || (value is string { Length: 64 } text && text.All(char.IsAsciiHexDigitLower));
}
