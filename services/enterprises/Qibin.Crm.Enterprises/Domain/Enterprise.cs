using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Domain;

/// <summary>What people write about an enterprise.</summary>
/// <param name="Name">As registered.</param>
/// <param name="NodeCode">Node of an industry chain, which gives the chain as well.</param>
/// <param name="Address">Registered address.</param>
/// <param name="IndustryCode">GB/T 4754-2017: a letter, or a letter and 2, 3 or 4 digits.</param>
public sealed record EnterpriseFacts(string Name, string? NodeCode, string? Address, string? IndustryCode);

/// <summary>
/// A legal person 企业 of the district, known by its unified social credit code. The whole city shares the register; an enterprise
/// that is known through confidential projects alone is shown to those projects' readers only.
/// </summary>
public sealed class Enterprise : Aggregate, IConfidential
{
    private readonly List<ProjectLink> _links = [];

    private Enterprise()
    {
    }

    public string Code { get; private init; } = "";
    public string Name { get; private set; } = "";
    public string Uscc { get; private init; } = "";
    public string? ChainCode { get; private set; }
    public string? NodeCode { get; private set; }
    public string? Address { get; private set; }
    public string? IndustryCode { get; private set; }

    /// <summary>Business date of the registration; the earliest that any of its projects tells.</summary>
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

    /// <summary>Registers an enterprise that no project told of.</summary>
    public static Enterprise Register(string code, Uscc uscc, EnterpriseFacts facts, DateOnly registeredOn, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(uscc);
        var enterprise = new Enterprise
        {
            Id = Guid.CreateVersion7(at),
            Code = code,
            Uscc = uscc.Value,
            RegisteredOn = registeredOn,
            ByHand = true,
            RecordedAt = at,
        };
        enterprise.Amend(facts, at);
        return enterprise;
    }

    /// <summary>Makes the enterprise that a project registered; <see cref="Follow"/> links the project.</summary>
    public static Enterprise Found(string code, Uscc uscc, ProjectState project, DateOnly registeredOn, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(uscc);
        ArgumentNullException.ThrowIfNull(project);
        var enterprise = new Enterprise { Id = Guid.CreateVersion7(at), Code = code, Uscc = uscc.Value, RegisteredOn = registeredOn, RecordedAt = at };
        enterprise.Amend(new EnterpriseFacts(project.EnterpriseName ?? project.Name, project.NodeCode, null, null), at);
        return enterprise;
    }

    public void Amend(EnterpriseFacts facts, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Name = facts.Name;
        NodeCode = facts.NodeCode;
        ChainCode = facts.NodeCode is null ? null : IndustryChains.OfNode(facts.NodeCode)?.Code;
        Address = facts.Address;
        IndustryCode = facts.IndustryCode;
        Changed(at);
    }

    /// <summary>
    /// Takes in what a project tells at one of its versions, in any order and any number of times: the state of the highest version
    /// stands, and so does the date of the registration with the highest version.
    /// </summary>
    /// <param name="project">The project's state.</param>
    /// <param name="version">The project's version that the state belongs to.</param>
    /// <param name="on">Business date of what is told.</param>
    /// <param name="registers">Whether what is told is the registration itself.</param>
    /// <param name="at">Now.</param>
    /// <returns>Whether the project was not linked before.</returns>
    public bool Follow(ProjectState project, long version, DateOnly on, bool registers, DateTimeOffset at)
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

            (link.OwnerId, link.Confidential, link.Readers, link.Version) = (project.OwnerId, project.Confidential, project.Readers, version);
        }

        if (registers && version > link.RegisteredVersion)
        {
            (link.RegisteredOn, link.RegisteredVersion) = (on, version);
        }

        Derive(at);
        return isNew;
    }

    /// <summary>The project turned out to be another enterprise's.</summary>
    public void Unlink(Guid projectId, DateTimeOffset at)
    {
        if (_links.RemoveAll(l => l.ProjectId == projectId) > 0)
        {
            Changed(at);
            Derive(at);
        }
    }

    /// <summary>Came into the city, or left it with its last tenancy.</summary>
    public void Stand(bool inCity, DateTimeOffset at)
    {
        InCity = inCity;
        Changed(at);
    }

    /// <summary>Whether only some may know that this enterprise, or this project of it, is there; and who.</summary>
    public (bool Confidential, Guid[] Readers) CoverOf(Guid? projectId) =>
        projectId is { } id && _links.Find(l => l.ProjectId == id) is { } link ? (link.Confidential, link.Readers) : (Confidential, Readers);

    /// <summary>What events tell of it.</summary>
    public EnterpriseState State() => new()
    {
        EnterpriseId = Id,
        Name = Name,
        Uscc = Uscc,
        ChainCode = ChainCode,
        NodeCode = NodeCode,
        InCity = InCity,
    };

    /// <summary>Works out what follows from the links. With no link left it stays as it was: nothing told that it may be shown.</summary>
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
        UpdatedAt = at;
        Touch();
    }
}
