using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;

namespace Qibin.Crm.Enterprises.Domain;

/// <summary>The facts of an enterprise that people enter.</summary>
/// <param name="Name">As registered.</param>
/// <param name="NodeCode">Node of an industry chain, which gives the chain as well.</param>
/// <param name="Address">Registered address.</param>
/// <param name="IndustryCode">GB/T 4754-2017: a letter, or a letter and 2, 3 or 4 digits.</param>
/// <param name="ForeignRegistration">Registration outside of the mainland.</param>
public sealed record EnterpriseFacts(
    string Name, string? NodeCode, string? Address, string? IndustryCode, ForeignRegistration? ForeignRegistration = null);

/// <summary>
/// A legal person 企业 of the district, known by its unified social credit code, or where it has none by its registration in another
/// country. The whole city shares the register; an enterprise
/// that is known through confidential projects alone is shown to those projects' readers only.
/// </summary>
public sealed class Enterprise : Aggregate, IConfidential
{
    private readonly List<ProjectLink> _links = [];

    private Enterprise()
    {
    }

    [Audited]
    public string Code { get; private init; } = "";
    [Audited]
    public string Name { get; private set; } = "";

    /// <summary>What searches find it by, see <see cref="NameSearch"/>: its name and codes.</summary>
    public string SearchKey { get; private set; } = "";

    public string[] SearchTokens { get; private set; } = [];

    /// <summary>Never changes. Who has none has a foreign registration, and registers no project.</summary>
    [Audited]
    public string? Uscc { get; private init; }

    [Audited]
    public ForeignRegistration? ForeignRegistration { get; private set; }

    /// <summary><see cref="ForeignRegistration.Key"/>, by which a second record of the enterprise is found.</summary>
    public string? RegistrationKey { get; private set; }

    [Audited]
    public string? ChainCode { get; private set; }
    [Audited]
    public string? NodeCode { get; private set; }
    [Audited]
    public string? Address { get; private set; }
    [Audited]
    public string? IndustryCode { get; private set; }

    /// <summary>Business date of the registration; the earliest of those of its projects.</summary>
    public DateOnly RegisteredOn { get; private set; }

    /// <summary>Has a tenancy that has not ended 在园.</summary>
    public bool InCity { get; private set; }

    /// <summary>Registered by hand, so known to the city whatever its projects are.</summary>
    public bool ByHand { get; private init; }

    public bool Confidential { get; private set; }
    public Guid[] Readers { get; private set; } = [];
    public DateTimeOffset RecordedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public IReadOnlyList<ProjectLink> Links => _links;

    /// <summary>Registers an enterprise by hand, by its code or a foreign registration.</summary>
    /// <exception cref="RuleViolation"><c>enterprise.codeNeeded</c>: it has neither.</exception>
    public static Enterprise Register(string code, Uscc? uscc, EnterpriseFacts facts, DateOnly registeredOn, DateTimeOffset at)
    {
        var enterprise = new Enterprise
        {
            Id = Guid.CreateVersion7(at),
            Code = code,
            Uscc = uscc?.Value,
            RegisteredOn = registeredOn,
            ByHand = true,
            RecordedAt = at,
        };
        enterprise.Amend(facts, at);
        return enterprise;
    }

    /// <summary>Makes the enterprise that a project registered; <see cref="Follow"/> links the project.</summary>
    public static Enterprise Found(string code, Uscc uscc, LinkedProject project, DateOnly registeredOn, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(uscc);
        ArgumentNullException.ThrowIfNull(project);
        var enterprise = new Enterprise
        {
            Id = Guid.CreateVersion7(at),
            Code = code,
            Uscc = uscc.Value,
            RegisteredOn = registeredOn,
            RecordedAt = at,
        };
        enterprise.Amend(new EnterpriseFacts(project.EnterpriseName, project.NodeCode, null, null), at);
        return enterprise;
    }

    /// <exception cref="RuleViolation"><c>enterprise.codeNeeded</c>: neither a code nor a foreign registration would be left.</exception>
    public void Amend(EnterpriseFacts facts, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (Uscc is null && facts.ForeignRegistration is null)
        {
            throw new RuleViolation("enterprise.codeNeeded");
        }

        (ForeignRegistration, RegistrationKey) = (facts.ForeignRegistration, facts.ForeignRegistration?.Key);
        Name = facts.Name;
        NodeCode = facts.NodeCode;
        ChainCode = facts.NodeCode is null ? null : IndustryChains.OfNode(facts.NodeCode)?.Code;
        Address = facts.Address;
        IndustryCode = facts.IndustryCode;
        Changed(at);
    }

    /// <summary>
    /// Applies the state of a project at one of its versions. Events may come in any order and more than once: the state of the highest
    /// version holds, and so does the date of the registration with the highest version.
    /// </summary>
    /// <param name="project">The project's state.</param>
    /// <param name="version">The project's version that the state belongs to.</param>
    /// <param name="on">Business date of the event.</param>
    /// <param name="registers">Whether the event is the registration itself.</param>
    /// <param name="at">Now.</param>
    /// <returns>Whether the project was not linked before.</returns>
    public bool Follow(LinkedProject project, long version, DateOnly on, bool registers, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(project);
        var link = _links.Find(l => l.ProjectId == project.ProjectId);
        var isNew = link is null;
        if (link is null)
        {
            link = new ProjectLink
            {
                ProjectId = project.ProjectId,
                EnterpriseId = Id,
                LeadId = project.LeadId,
                OwnerId = project.OwnerId,
                UnitId = project.UnitId,
                ChainCode = project.ChainCode,
                RegisteredOn = on,
                RegisteredVersion = registers ? version : 0,
                Confidential = project.Confidential,
                Readers = project.Readers,
                Version = version,
            };
            _links.Add(link);
            if (NodeCode is null && project.NodeCode is not null)
            {
                NodeCode = project.NodeCode;
                ChainCode = IndustryChains.OfNode(project.NodeCode)?.Code;
            }

            Changed(at);
        }
        else if (version > link.Version)
        {
            if (link.Confidential != project.Confidential || !link.Readers.AsSpan().SequenceEqual(project.Readers))
            {
                Changed(at);
            }

            (link.OwnerId, link.UnitId, link.ChainCode) = (project.OwnerId, project.UnitId, project.ChainCode);
            (link.Confidential, link.Readers, link.Version) = (project.Confidential, project.Readers, version);
        }

        if (registers && version > link.RegisteredVersion)
        {
            (link.RegisteredOn, link.RegisteredVersion) = (on, version);
        }

        Derive(at);
        return isNew;
    }

    /// <summary>Removes the link of a project that registered another enterprise.</summary>
    public void Unlink(Guid projectId, DateTimeOffset at)
    {
        if (_links.RemoveAll(l => l.ProjectId == projectId) > 0)
        {
            Changed(at);
            Derive(at);
        }
    }

    /// <summary>The enterprise moved into the city, or left it with its last tenancy.</summary>
    public void SetInCity(bool inCity, DateTimeOffset at)
    {
        InCity = inCity;
        Changed(at);
    }

    /// <summary>Whether this enterprise, or this project of it, is confidential, and its readers.</summary>
    public (bool Confidential, Guid[] Readers) CoverOf(Guid? projectId) =>
        projectId is { } id && _links.Find(l => l.ProjectId == id) is { } link
            ? (link.Confidential, link.Readers)
            : (Confidential, Readers);

    /// <summary>
    /// Derives confidentiality and registration date from the links. Without a link both stay: no event said that it may be shown.
    /// </summary>
    private void Derive(DateTimeOffset at)
    {
        if (_links.Count == 0)
        {
            return;
        }

        var confidential = !ByHand && _links.TrueForAll(l => l.Confidential);
        Guid[] readers = confidential ? [.. _links.SelectMany(l => l.Readers).Distinct().Order()] : [];
        var registeredOn = ByHand ? RegisteredOn : _links.Min(l => l.RegisteredOn);
        if (confidential != Confidential || registeredOn != RegisteredOn || !readers.AsSpan().SequenceEqual(Readers))
        {
            (Confidential, Readers, RegisteredOn) = (confidential, readers, registeredOn);
            Changed(at);
        }
    }

    private void Changed(DateTimeOffset at)
    {
        (SearchKey, SearchTokens) = NameSearch.Of(Name, Code, Uscc, ForeignRegistration?.Number, RegistrationKey);
        UpdatedAt = at;
        Touch();
    }
}
