using System.Text.Json;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>
/// A projects service with a small city around it: one unit below another, and somebody of each role whom the directory knows.
/// </summary>
public sealed class City : IAsyncLifetime
{
    public static readonly Guid Bureau = NewId();
    public static readonly Guid Unit = NewId();
    private TestService? _service;

    public TestService Service => _service!;

    public TestCaller Officer { get; } = TestCaller.Officer(Unit);
    public TestCaller Colleague { get; } = TestCaller.Officer(Unit);
    public TestCaller UnitHead { get; } = TestCaller.Person(Roles.UnitHead, Reach.Subtree, Unit);
    public TestCaller BureauHead { get; } = TestCaller.Person(Roles.UnitHead, Reach.Subtree, Bureau) with { Subtree = [Bureau, Unit] };
    public TestCaller ForeignHead { get; } = TestCaller.Person(Roles.UnitHead, Reach.Subtree);
    public TestCaller ProjectOfficer { get; } = TestCaller.Person(Roles.ProjectOfficer);
    public TestCaller OtherProjectOfficer { get; } = TestCaller.Person(Roles.ProjectOfficer);
    public TestCaller Leader { get; } = TestCaller.Person(Roles.Leader);
    public TestCaller Coordinator { get; } = TestCaller.Person(Roles.Coordinator);
    public TestCaller Administrator { get; } = TestCaller.Person(Roles.Administrator);
    public TestCaller Integration { get; } = TestCaller.Integration(Scopes.ProjectsRead, Scopes.ProjectsWrite);

    public DateOnly Today => Service.Clock.Today();

    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync("projects", Program.Build);
        await Service.DeliverAsync(new UnitDefined { UnitId = Bureau, Code = "B", Name = "局" }, Bureau, 1);
        await Service.DeliverAsync(new UnitDefined { UnitId = Unit, ParentId = Bureau, Code = "B1", Name = "一科" }, Unit, 1);
        foreach (var person in new[]
        {
            Officer, Colleague, UnitHead, BureauHead, ForeignHead, ProjectOfficer, OtherProjectOfficer, Leader, Coordinator, Administrator,
        })
        {
            await PlaceAsync(person);
        }
    }

    public async ValueTask DisposeAsync() => await Service.DisposeAsync();

    public ApiClient As(TestCaller caller) => Service.As(caller);

    public Task PlaceAsync(TestCaller person, bool active = true, long version = 1) => Service.DeliverAsync(
        new OfficerPlaced
        {
            OfficerId = person.Id,
            Name = person.Name,
            UnitId = person.UnitId,
            Roles = person.Roles,
            Active = active,
        }, person.Id, version);

    /// <summary>A conversion as the leads service tells it.</summary>
    public LeadConverted Conversion(
        Guid? projectId = null, DateOnly? on = null, TestCaller? owner = null, string? node = "satellite.data", bool confidential = false,
        Guid[]? readers = null,
        string name = "卫星数据中心项目（虚构）")
    {
        var leadId = NewId();
        return new LeadConverted
        {
            ProjectId = projectId ?? NewId(),
            ProjectName = name,
            OccurredOn = on ?? Today.AddDays(-400),
            Lead = new LeadState
            {
                LeadId = leadId,
                Code = "L-2026-000001",
                InvestorId = NewId(),
                InvestorName = "虚构航天科技有限公司",
                Stage = LeadStage.Converted,
                StageOn = on ?? Today.AddDays(-400),
                FirstContactOn = Today.AddDays(-450),
                OwnerId = (owner ?? Officer).Id,
                UnitId = (owner ?? Officer).UnitId,
                ChainCode = node?.Split('.')[0],
                NodeCode = node,
                ProjectId = projectId,
                Confidential = confidential,
                Readers = readers ?? [],
            },
        };
    }

    /// <summary>A project at negotiating.</summary>
    public async Task<Guid> OpenedAsync(
        DateOnly? on = null, TestCaller? owner = null, string? node = "satellite.data", bool confidential = false,
        Guid[]? readers = null, string name = "卫星数据中心项目（虚构）")
    {
        var conversion = Conversion(null, on, owner, node, confidential, readers, name);
        await Service.DeliverAsync(conversion, conversion.Lead.LeadId, 7);
        return conversion.ProjectId;
    }

    /// <summary>A project that an integration has brought up to a stage, ten days a stage, or all on one day.</summary>
    public async Task<Guid> AtAsync(string stage, TestCaller? owner = null, DateOnly? on = null)
    {
        var id = await OpenedAsync(on, owner);
        if (stage == "efficient")
        {
            var etag = (await As(Integration).GetAsync($"/api/v1/projects/{id}")).ETag;
            (await As(Integration).PatchAsync($"/api/v1/projects/{id}", new { expectedOutput = Cny(1000), expectedTax = Cny(100) }, etag))
                .Is(200);
        }

        foreach (var to in Evidence.Stages)
        {
            if (stage == "negotiating")
            {
                break;
            }

            (await As(Integration).PostAsync(
                $"/api/v1/projects/{id}/submissions",
                (string)(Evidence.Full(this, to, on) with { ApproverId = Evidence.Approver(this, to).Id }))).Is(201);
            if (to == stage)
            {
                break;
            }
        }

        return id;
    }

    /// <summary>A project that was signed two years ago, so that amounts may be dated last year.</summary>
    public Task<Guid> SignedLongAgoAsync() => AtAsync("signed", on: Today.AddYears(-2));

    /// <summary>Approves the submission that waits.</summary>
    public async Task<Answer> ApproveAsync(Guid projectId, TestCaller approver)
    {
        var project = await GetAsync(projectId);
        var waiting = project.Json.GetProperty("openSubmissionId").GetGuid();
        return (await As(approver).PostAsync(
            $"/api/v1/projects/{projectId}/submissions/{waiting}/approval", new { decision = "approved" }, project.ETag)).Is(200);
    }

    public async Task<Answer> GetAsync(Guid projectId, TestCaller? caller = null) =>
        (await As(caller ?? Integration).GetAsync($"/api/v1/projects/{projectId}")).Is(200);

    public async Task<string> ETagAsync(Guid projectId) => (await GetAsync(projectId)).ETag;

    public async Task<string> StageAsync(Guid projectId) => (await GetAsync(projectId)).Json.GetProperty("stage").GetString()!;

    public static Money Cny(decimal amount) => new(amount, "CNY");
}

/// <summary>A submission as it is sent; what is null is left out.</summary>
public sealed record Filing
{
    private static readonly JsonSerializerOptions Sparse =
        new(StrictJson.Options) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    public string? To { get; init; }
    public DateOnly? OccurredOn { get; init; }
    public Money? ContractAmount { get; init; }
    public string? Uscc { get; init; }
    public string? EnterpriseName { get; init; }
    public DateOnly? FirstOutputOn { get; init; }
    public Money? AnnualOutput { get; init; }
    public Money? AnnualTax { get; init; }
    public object[]? Documents { get; init; }
    public Guid? ProjectId { get; init; }
    public Guid? SubmitterId { get; init; }
    public Guid? ApproverId { get; init; }

    /// <summary>As JSON without the members that are null.</summary>
    public static implicit operator string(Filing submission) => JsonSerializer.Serialize(submission, Sparse);
}

/// <summary>Submissions that pass their gates.</summary>
public static class Evidence
{
    public static readonly string[] Stages = ["signed", "registered", "started", "completed", "producing", "atCapacity", "efficient"];

    /// <summary>A code of an invented enterprise, with its check character.</summary>
    public static string NewUscc() => Uscc.WithCheckCharacter("91410611" + Random.Shared.NextInt64(100_000_000, 999_999_999)).Value;

    public static object Document(string type) => new { type, title = "虚构附件", uri = $"https://files.example/{type}" };

    public static TestCaller Approver(City city, string to) => to switch
    {
        "signed" or "efficient" => city.Leader,
        "registered" or "atCapacity" => city.UnitHead,
        _ => city.ProjectOfficer,
    };

    /// <summary>Everything that the stage's gate asks for.</summary>
    public static Filing Full(City city, string to, DateOnly? on = null)
    {
        var day = on ?? city.Today.AddDays(-300 + (Array.IndexOf(Stages, to) * 10));
        var submission = new Filing { To = to, OccurredOn = day };
        return to switch
        {
            "signed" => submission with { ContractAmount = City.Cny(120_000_000m), Documents = [Document("contract")] },
            "registered" => submission with
            {
                Uscc = NewUscc(),
                EnterpriseName = "鹤壁虚构卫星数据有限公司",
                Documents = [Document("businessLicence")],
            },
            "started" => submission with { Documents = [Document("constructionPermit"), Document("photo")] },
            "completed" => submission with { Documents = [Document("acceptanceReport")] },
            "producing" => submission with { FirstOutputOn = day, Documents = [Document("firstOutputProof")] },
            "atCapacity" => submission with { AnnualOutput = City.Cny(900), Documents = [Document("outputStatement")] },
            "efficient" => submission with
            {
                AnnualOutput = City.Cny(1000),
                AnnualTax = City.Cny(100),
                Documents = [Document("outputStatement"), Document("taxCertificate")],
            },
            _ => throw new ArgumentOutOfRangeException(nameof(to)),
        };
    }
}
