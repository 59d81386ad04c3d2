using System.Text.Json.Serialization;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Domain.Names;

namespace Qibin.Crm.Leads.Domain;

/// <summary>An outside organisation 客商. Who sees one of its leads sees it.</summary>
internal sealed class Investor : Aggregate
{
    private Investor()
    {
    }

    [Audited]
    public string Name { get; private set; } = "";

    /// <summary>The name as searches compare it: half-width, lower case, without spaces.</summary>
    public string NameKey { get; private set; } = "";

    /// <summary>What searches find the name by, see <see cref="NameSearch"/>.</summary>
    public string[] SearchTokens { get; private set; } = [];

    /// <summary>The name as duplicates are found by, see <see cref="ComparedNames"/>.</summary>
    public string ComparedName { get; private set; } = "";

    /// <summary>Unified social credit code. A second investor may have it while the first is known by confidential leads alone.</summary>
    [Audited]
    public string? Uscc { get; private set; }

    /// <summary>The number of a register outside of the mainland, for an investor without a USCC; both when it has both.</summary>
    [Audited]
    public ForeignRegistration? ForeignRegistration { get; private set; }

    /// <summary><see cref="ForeignRegistration.Key"/>, by which a second record of the investor is found.</summary>
    public string? RegistrationKey { get; private set; }

    [Audited]
    public string? SourceRegion { get; private set; }

    /// <summary>Further <see cref="Keys"/>: names and codes that a merge gave it.</summary>
    public string[] Aliases { get; private set; } = [];

    /// <summary>
    /// What the real investor is recognised by, in whichever records it was entered: <c>name</c> and the compared name, <c>uscc</c> and
    /// the code, <c>foreign</c> and the key of a foreign registration, those of its own first. One protection holds each of them at a
    /// time.
    /// </summary>
    public string[] Keys => Facts().Keys;

    /// <summary>The investor that this one was merged into; its people and leads are there.</summary>
    public Guid? MergedIntoId { get; private set; }

    public Guid CreatedBy { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public static Investor Register(
        Guid id, string name, string? uscc, string? sourceRegion, Actor actor, ForeignRegistration? foreign = null)
    {
        var investor = new Investor { Id = id, CreatedBy = actor.By, CreatedAt = actor.At };
        investor.Amend(name, uscc, foreign, sourceRegion, actor);
        return investor;
    }

    /// <param name="name">Name of the organisation.</param>
    /// <param name="uscc">As people write it.</param>
    /// <param name="foreign">Registration outside of the mainland.</param>
    /// <param name="sourceRegion">Division code GB/T 2260.</param>
    /// <param name="actor">Who and when.</param>
    /// <exception cref="RuleViolation"><c>uscc.…</c>, <c>investor.merged</c>.</exception>
    public void Amend(string name, string? uscc, ForeignRegistration? foreign, string? sourceRegion, Actor actor)
    {
        RefuseMerged();
        Name = name;
        NameKey = NameSearch.KeyOf(name);
        SearchTokens = NameSearch.TokensOf(name);
        ComparedName = ComparedNames.KeyOf(name);
        Uscc = uscc is null ? null : Kernel.Uscc.Parse(uscc).Value;
        (ForeignRegistration, RegistrationKey) = (foreign, foreign?.Key);
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

    /// <summary>Its people and leads have gone to another investor, and its codes are free for that one.</summary>
    public void BecomePartOf(Investor into, Actor actor)
    {
        RefuseMerged();
        (MergedIntoId, Uscc, ForeignRegistration, RegistrationKey, UpdatedAt) = (into.Id, null, null, null, actor.At);
        Touch();
    }

    /// <summary>Undoes the merge: the investor is separate again, with its former values.</summary>
    public void PartAgain(InvestorFacts before, Actor actor)
    {
        MergedIntoId = null;
        Become(before, actor);
    }

    /// <summary>A merge or its undoing decides all facts.</summary>
    public void Become(InvestorFacts facts, Actor actor)
    {
        Amend(facts.Name, facts.Uscc, facts.ForeignRegistration, facts.SourceRegion, actor);
        Aliases = facts.Aliases;
    }

    public InvestorFacts Facts() => new(Name, Uscc, SourceRegion, Aliases) { ForeignRegistration = ForeignRegistration };
}

/// <summary>What a merge chooses between.</summary>
internal sealed record InvestorFacts(string Name, string? Uscc, string? SourceRegion, string[] Aliases)
{
    public ForeignRegistration? ForeignRegistration { get; init; }

    /// <summary>The keys of name and codes.</summary>
    [JsonIgnore]
    public IEnumerable<string> OwnKeys => [KeyOfName(Name), .. KeysOfCodes(Uscc, ForeignRegistration)];

    /// <summary>As <see cref="Investor.Keys"/>.</summary>
    [JsonIgnore]
    public string[] Keys => [.. OwnKeys.Union(Aliases)];

    public static string KeyOfName(string name) => "name " + ComparedNames.KeyOf(name);

    public static string KeyOfCode(string uscc) => "uscc " + uscc;

    public static string KeyOfCode(ForeignRegistration foreign) => KeyOfRegistration(foreign.Key);

    /// <param name="key">A <see cref="ForeignRegistration.Key"/>.</param>
    public static string KeyOfRegistration(string key) => "foreign " + key;

    /// <summary>The keys of those codes that there are.</summary>
    public static string[] KeysOfCodes(string? uscc, ForeignRegistration? foreign) =>
        [.. uscc is null ? (string[])[] : [KeyOfCode(uscc)], .. foreign is null ? (string[])[] : [KeyOfCode(foreign)]];

    /// <summary>
    /// These facts, with all that the two merged investors were recognised by. What the one that is merged was called stays an alias even
    /// where it is the present name: that may change.
    /// </summary>
    public InvestorFacts KnownAs(InvestorFacts into, InvestorFacts from) => this with
    {
        Aliases = [.. into.OwnKeys.Except(OwnKeys).Union(into.Aliases).Union(from.Keys)],
    };
}

/// <summary>
/// A person of an investor, reached by phone, e-mail or WeChat. All that is known of it is stored here and nowhere else.
/// </summary>
internal sealed class Person : Aggregate
{
    private Person()
    {
    }

    public Guid InvestorId { get; private set; }
    public string Name { get; private set; } = "";

    /// <summary>The name as searches compare it, and its pairs of neighbouring characters.</summary>
    public string NameKey { get; private set; } = "";

    public string[] NamePairs { get; private set; } = [];

    public string? Title { get; private set; }
    public string? Phone { get; private set; }

    /// <summary>The digits of <see cref="Phone"/> as duplicates are found by, see <see cref="PhoneNumbers"/>.</summary>
    public string? PhoneKey { get; private set; }

    public string? Email { get; private set; }

    /// <summary>The domain of <see cref="Email"/> in lower case.</summary>
    public string? EmailDomain { get; private set; }

    /// <summary>The WeChat id.</summary>
    public string? Wechat { get; private set; }

    /// <summary>
    /// The leads with which it was entered: whoever reads one of them knows it, as does who reads one on which it was met.
    /// </summary>
    public Guid[] LeadIds { get; private set; } = [];

    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>The leads with which a new person is entered; one that was entered before keeps its own.</summary>
    public void EnterWith(IEnumerable<Guid> leadIds) => LeadIds = LeadIds is [] ? [.. leadIds.Order()] : LeadIds;

    public static Person Of(Guid investorId, Guid id, PersonFacts facts, Actor actor)
    {
        var person = new Person { Id = id, InvestorId = investorId, CreatedAt = actor.At };
        person.Amend(facts, actor);
        return person;
    }

    /// <exception cref="Refusal">400 <c>person.unreachable</c>.</exception>
    public void Amend(PersonFacts facts, Actor actor)
    {
        if (!facts.IsReachable)
        {
            throw Refusal.Invalid("/phone", "person.unreachable");
        }

        (Name, Title, Phone, Email, Wechat, UpdatedAt) = (facts.Name, facts.Title, facts.Phone, facts.Email, facts.Wechat, actor.At);
        NameKey = NameSearch.KeyOf(facts.Name);
        NamePairs = NameSearch.PairsOf(NameKey);
        (PhoneKey, EmailDomain) = (PhoneNumbers.KeyOf(Phone), ComparedContacts.DomainOf(Email));
        Touch();
    }

    public PersonFacts Facts() => new(Name, Title, Phone, Email, Wechat);

    /// <summary>Whether these facts are of this person: the same name, and one way to reach it the same.</summary>
    public bool Is(PersonFacts facts) => Name == facts.Name
        && ((PhoneKey is not null && PhoneKey == PhoneNumbers.KeyOf(facts.Phone))
            || (Email is not null && string.Equals(Email, facts.Email, StringComparison.OrdinalIgnoreCase))
            || (Wechat is not null && string.Equals(Wechat, facts.Wechat, StringComparison.OrdinalIgnoreCase)));

    /// <summary>An import is reverted: the person has its former values.</summary>
    public void UndoImport(Actor actor)
    {
        UpdatedAt = actor.At;
        Touch();
    }

    /// <summary>It came back from the bin.</summary>
    public void Restore(Actor actor)
    {
        UpdatedAt = actor.At;
        Touch();
    }
}

/// <summary>What is known of a person; numbers and addresses are half-width, whatever the width they were entered in.</summary>
internal sealed record PersonFacts(string Name, string? Title, string? Phone, string? Email, string? Wechat)
{
    public string? Phone { get; init => field = value is null ? null : PhoneNumbers.Fold(value); } =
        Phone is null ? null : PhoneNumbers.Fold(Phone);

    public string? Email { get; init => field = value is null ? null : Text.HalfWidth(value); } =
        Email is null ? null : Text.HalfWidth(Email);

    public string? Wechat { get; init => field = value is null ? null : Text.HalfWidth(value); } =
        Wechat is null ? null : Text.HalfWidth(Wechat);

    /// <summary>Whether there is one way to reach the person.</summary>
    public bool IsReachable => (Phone ?? Email ?? Wechat) is not null;
}

/// <summary>The right of one caller to see one person's phone, e-mail and WeChat id unmasked for a short while.</summary>
internal sealed class Unmasking
{
    /// <summary>How long the right lasts.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(15);

    /// <summary>How many people one caller unmasks in a day of the district.</summary>
    public const int DailyLimit = 20;

    public required Guid PersonId { get; init; }
    public required Guid CallerId { get; init; }
    public required DateTimeOffset Until { get; set; }
}
