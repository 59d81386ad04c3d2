using System.Text;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Leads.Domain;

/// <summary>An outside organisation 客商. Who sees one of its leads sees it.</summary>
internal sealed class Investor : Aggregate
{
    private Investor()
    {
    }

    public string Name { get; private set; } = "";

    /// <summary>The name as searches compare it: half-width, lower case, without spaces.</summary>
    public string NameKey { get; private set; } = "";

    /// <summary>Each two neighbouring characters of <see cref="NameKey"/>: a search by two Chinese characters finds an index entry.</summary>
    public string[] NamePairs { get; private set; } = [];

    /// <summary>Unified social credit code; unique when present.</summary>
    public string? Uscc { get; private set; }

    public string? SourceRegion { get; private set; }
    public Guid CreatedBy { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public static Investor Register(Guid id, string name, string? uscc, string? sourceRegion, Deed deed)
    {
        var investor = new Investor { Id = id, CreatedBy = deed.By, CreatedAt = deed.At };
        investor.Amend(name, uscc, sourceRegion, deed);
        return investor;
    }

    /// <param name="name">Name of the organisation.</param>
    /// <param name="uscc">As people write it.</param>
    /// <param name="sourceRegion">Division code GB/T 2260.</param>
    /// <param name="deed">Who and when.</param>
    /// <exception cref="RuleViolation"><c>uscc.…</c></exception>
    public void Amend(string name, string? uscc, string? sourceRegion, Deed deed)
    {
        Name = name;
        NameKey = KeyOf(name);
        NamePairs = PairsOf(NameKey);
        Uscc = uscc is null ? null : ServiceDefaults.Uscc.Parse(uscc).Value;
        SourceRegion = sourceRegion;
        UpdatedAt = deed.At;
        Touch();
    }

    /// <summary>A text as names are compared.</summary>
    public static string KeyOf(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant();

    /// <summary>Each two neighbouring characters of a key.</summary>
    public static string[] PairsOf(string key)
    {
        var runes = key.EnumerateRunes().ToArray();
        return [.. runes.Zip(runes.Skip(1), (a, b) => $"{a}{b}").Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>A person of an investor. Name, phone and e-mail stand here and nowhere else.</summary>
internal sealed class Person : Aggregate
{
    private Person()
    {
    }

    public Guid InvestorId { get; private set; }
    public string Name { get; private set; } = "";
    public string? Title { get; private set; }
    public string? Phone { get; private set; }
    public string? Email { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public static Person Of(Guid investorId, Guid id, string name, string? title, string? phone, string? email, Deed deed)
    {
        var person = new Person { Id = id, InvestorId = investorId, CreatedAt = deed.At };
        person.Amend(name, title, phone, email, deed);
        return person;
    }

    public void Amend(string name, string? title, string? phone, string? email, Deed deed)
    {
        (Name, Title, Phone, Email, UpdatedAt) = (name, title, phone, email, deed.At);
        Touch();
    }
}

/// <summary>The right of one caller to see one person's phone and e-mail unmasked for a short while.</summary>
internal sealed class Unmasking
{
    /// <summary>How long the right lasts.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(15);

    public required Guid PersonId { get; init; }
    public required Guid CallerId { get; init; }
    public required DateTimeOffset Until { get; set; }
}
