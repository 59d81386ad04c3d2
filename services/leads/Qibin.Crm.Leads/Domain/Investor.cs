using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain.Names;

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

    /// <summary>What searches find the name by, see <see cref="NameSearch"/>.</summary>
    public string[] SearchTokens { get; private set; } = [];

    /// <summary>The name as duplicates are found by, see <see cref="ComparedNames"/>.</summary>
    public string ComparedName { get; private set; } = "";

    /// <summary>Unified social credit code; unique when present.</summary>
    public string? Uscc { get; private set; }

    public string? SourceRegion { get; private set; }
    /// <summary>The investor that this one was merged into; its people and leads are there.</summary>
    public Guid? MergedIntoId { get; private set; }

    public Guid CreatedBy { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public static Investor Register(Guid id, string name, string? uscc, string? sourceRegion, Actor actor)
    {
        var investor = new Investor { Id = id, CreatedBy = actor.By, CreatedAt = actor.At };
        investor.Amend(name, uscc, sourceRegion, actor);
        return investor;
    }

    /// <param name="name">Name of the organisation.</param>
    /// <param name="uscc">As people write it.</param>
    /// <param name="sourceRegion">Division code GB/T 2260.</param>
    /// <param name="actor">Who and when.</param>
    /// <exception cref="RuleViolation"><c>uscc.…</c>, <c>investor.merged</c>.</exception>
    public void Amend(string name, string? uscc, string? sourceRegion, Actor actor)
    {
        RefuseMerged();
        Name = name;
        NameKey = NameSearch.KeyOf(name);
        SearchTokens = NameSearch.TokensOf(name);
        ComparedName = ComparedNames.KeyOf(name);
        Uscc = uscc is null ? null : Kernel.Uscc.Parse(uscc).Value;
        SourceRegion = sourceRegion;
        UpdatedAt = actor.At;
        Touch();
    }

    /// <summary>An import is reverted: the investor has its former values.</summary>
    public void UndoImport(Actor actor)
    {
        UpdatedAt = actor.At;
        Touch();
    }

    /// <summary>Refuses an investor that has become part of another one.</summary>
    /// <exception cref="RuleViolation"><c>investor.merged</c>.</exception>
    public void RefuseMerged()
    {
        if (MergedIntoId is not null)
        {
            throw new RuleViolation("investor.merged");
        }
    }

    /// <summary>Its people and leads have gone to another investor, and its USCC is free for that one.</summary>
    public void BecomePartOf(Investor into, Actor actor)
    {
        RefuseMerged();
        (MergedIntoId, Uscc, UpdatedAt) = (into.Id, null, actor.At);
        Touch();
    }

    /// <summary>Undoes the merge: the investor is separate again, with its former values.</summary>
    public void PartAgain(InvestorFacts before, Actor actor)
    {
        MergedIntoId = null;
        Amend(before.Name, before.Uscc, before.SourceRegion, actor);
    }

    public InvestorFacts Facts() => new(Name, Uscc, SourceRegion);
}

/// <summary>What a merge chooses between.</summary>
internal sealed record InvestorFacts(string Name, string? Uscc, string? SourceRegion);

/// <summary>A person of an investor. Name, phone and e-mail are stored here and nowhere else.</summary>
internal sealed class Person : Aggregate
{
    private Person()
    {
    }

    public Guid InvestorId { get; private set; }
    public string Name { get; private set; } = "";
    public string? Title { get; private set; }
    public string? Phone { get; private set; }

    /// <summary>The digits of <see cref="Phone"/> as duplicates are found by, see <see cref="ComparedContacts"/>.</summary>
    public string? PhoneKey { get; private set; }

    public string? Email { get; private set; }

    /// <summary>The domain of <see cref="Email"/> in lower case.</summary>
    public string? EmailDomain { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public static Person Of(Guid investorId, Guid id, string name, string? title, string? phone, string? email, Actor actor)
    {
        var person = new Person { Id = id, InvestorId = investorId, CreatedAt = actor.At };
        person.Amend(name, title, phone, email, actor);
        return person;
    }

    public void Amend(string name, string? title, string? phone, string? email, Actor actor)
    {
        (Name, Title, Phone, Email, UpdatedAt) = (name, title, phone, email, actor.At);
        (PhoneKey, EmailDomain) = (ComparedContacts.KeyOf(phone), ComparedContacts.DomainOf(email));
        Touch();
    }

    /// <summary>An import is reverted: the person has its former values.</summary>
    public void UndoImport(Actor actor)
    {
        UpdatedAt = actor.At;
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
