using System.Globalization;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

/// <summary>The enterprises service on a database of its own, and the words that scenarios use of it.</summary>
public sealed class EnterprisesFixture : IAsyncLifetime
{
    private int _number;
    private long _version;

    public TestService Service { get; private set; } = null!;

    /// <summary>Keeps register, premises and applications.</summary>
    public TestCaller ServiceOfficer { get; } = TestCaller.Person(Roles.ServiceOfficer);

    /// <summary>Drafts applications, which somebody else accepts and reviews.</summary>
    public TestCaller Drafter { get; } = TestCaller.Person(Roles.ServiceOfficer);

    /// <summary>Approves.</summary>
    public TestCaller Leader { get; } = TestCaller.Person(Roles.Leader);

    public ApiClient Officer => Service.As(ServiceOfficer);

    public ApiClient Approver => Service.As(Leader);

    public DateOnly Today => Service.Clock.Today();

    public async ValueTask InitializeAsync() => Service = await TestService.StartAsync("enterprises", Program.Build);

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    /// <summary>A date as the API writes it.</summary>
    public static string Iso(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    /// <summary>A valid code that nobody has had in this class.</summary>
    public string NewUscc() => Uscc.WithCheckCharacter($"91410600MA{Interlocked.Increment(ref _number):0000000}").Value;

    /// <summary>A name that nobody has had in this class.</summary>
    public string NewName(string what) => $"{what}{Interlocked.Increment(ref _number)}";

    /// <summary>Tells the service's directory of somebody.</summary>
    public async Task<TestCaller> PlacedAsync(TestCaller caller, bool active = true)
    {
        await Service.DeliverAsync(
            new OfficerPlaced { OfficerId = caller.Id, Name = caller.Name, UnitId = caller.UnitId, Roles = caller.Roles, Active = active },
            caller.Id, Interlocked.Increment(ref _version));
        return caller;
    }

    /// <summary>A project's state at registration.</summary>
    public ProjectState Project(
        string uscc, Guid? projectId = null, bool confidential = false, Guid[]? readers = null, Guid? ownerId = null, DateOnly? on = null,
        ProjectStage stage = ProjectStage.Registered) => new()
        {
            ProjectId = projectId ?? NewId(),
            Code = "P-2026-000001",
            Name = "示例卫星终端项目",
            LeadId = NewId(),
            InvestorId = NewId(),
            Stage = stage,
            StageOn = on ?? Today,
            Status = ProjectStatus.Active,
            OwnerId = ownerId ?? NewId(),
            UnitId = NewId(),
            ChainCode = "satellite",
            NodeCode = "satellite.spacecraft",
            PaidIn = [],
            Uscc = uscc,
            EnterpriseName = "示例卫星（鹤壁）有限公司",
            Confidential = confidential,
            Readers = readers ?? [],
        };

    /// <summary>Delivers that the project reached its stage.</summary>
    public Task<bool> ReachedAsync(ProjectState project, long version = 3, Guid? messageId = null) =>
        Service.DeliverAsync(
            new ProjectStageReached { Project = project, From = project.Stage - 1, To = project.Stage, OccurredOn = project.StageOn },
            project.ProjectId, version, messageId: messageId);

    /// <summary>The enterprise with this code, as the caller finds it; null when it does not.</summary>
    public async Task<Guid?> FindAsync(string uscc, ApiClient? caller = null)
    {
        var items = (await (caller ?? Officer).GetAsync($"/api/v1/enterprises?uscc={uscc}")).Is(200).Json.GetProperty("items");
        return items.GetArrayLength() == 0 ? null : items[0].GetProperty("id").GetGuid();
    }

    /// <summary>An enterprise registered by hand.</summary>
    public async Task<Guid> EnterpriseAsync() =>
        (await Officer.PostAsync("/api/v1/enterprises", new { name = NewName("示例企业"), uscc = NewUscc() })).Is(201).Id;

    /// <summary>An enterprise that a project registered.</summary>
    public async Task<(Guid EnterpriseId, ProjectState Project)> RegisteredAsync(
        bool confidential = false, Guid[]? readers = null, Guid? ownerId = null)
    {
        var project = Project(NewUscc(), confidential: confidential, readers: readers, ownerId: ownerId);
        await ReachedAsync(project);
        var reader = readers is [var first, ..] ? Service.As(TestCaller.Person(Roles.ServiceOfficer) with { Id = first }) : Officer;
        return ((await FindAsync(project.Uscc!, reader))!.Value, project);
    }

    /// <summary>A building with three floors in a park of its own.</summary>
    public async Task<Guid> BuildingAsync()
    {
        var park = (await Officer.PostAsync("/api/v1/premises/parks", new { name = NewName("示例园区") })).Is(201).Id;
        return (await Officer.PostAsync(
            "/api/v1/premises/buildings", new { parkId = park, name = NewName("楼"), floors = 3, basements = 1 })).Is(201).Id;
    }

    /// <summary>A space of 100 m², ready for three years.</summary>
    public async Task<Guid> SpaceAsync(Guid? buildingId = null, decimal area = 100) =>
        (await Officer.PostAsync("/api/v1/premises/spaces", new
        {
            buildingId = buildingId ?? await BuildingAsync(),
            name = NewName("A-"),
            floor = 1,
            area,
            readyOn = Today.AddYears(-3),
        })).Is(201).Id;

    /// <summary>A drafted application.</summary>
    public async Task<Answer> DraftAsync(
        Guid enterpriseId, Guid[] spaceIds, DateOnly? from = null, DateOnly? to = null, string? preferentialTerms = null,
        DateOnly? draftedOn = null,
        ApiClient? caller = null) =>
        (await (caller ?? Service.As(Drafter)).PostAsync("/api/v1/entry-applications", new
        {
            enterpriseId,
            spaceIds,
            wantedFrom = from ?? Today,
            wantedTo = to,
            preferentialTerms,
            draftedOn = draftedOn ?? Today,
        })).Is(201);

    /// <summary>A review with this share of each indicator's points.</summary>
    public static object Review(double share = 1, DateOnly? on = null, string[]? vetoes = null) => new
    {
        on,
        opinion = "符合产业方向",
        vetoes,
        scores = Enterprises.Domain.ScoreSheet.Indicators.Select(i => new { indicator = i.Code, points = (int)(i.Points * share) }),
    };

    /// <summary>Takes a step; without a version, at the present one.</summary>
    public async Task<Answer> StepAsync(Guid applicationId, string step, object? body = null, ApiClient? caller = null)
    {
        var path = $"/api/v1/entry-applications/{applicationId}";
        return await (caller ?? Officer)
            .PostAsync($"{path}/{step}", body ?? new { }, (await (caller ?? Officer).GetAsync(path)).Is(200).ETag);
    }

    /// <summary>Drafted, accepted and reviewed, so that only approval is left.</summary>
    public async Task<Guid> ReviewedAsync(
        Guid enterpriseId, Guid[] spaceIds, DateOnly? from = null, DateOnly? to = null, string? preferentialTerms = null)
    {
        var id = (await DraftAsync(enterpriseId, spaceIds, from, to, preferentialTerms)).Id;
        (await StepAsync(id, "acceptance")).Is(200);
        (await StepAsync(id, "review", Review())).Is(200);
        return id;
    }

    /// <summary>The whole way, on one day, which is today when none is given.</summary>
    public async Task<(Guid ApplicationId, Guid TenancyId)> MovedInAsync(
        Guid enterpriseId, Guid[] spaceIds, DateOnly? on = null, DateOnly? to = null)
    {
        var day = on ?? Today;
        var id = (await DraftAsync(enterpriseId, spaceIds, day, to, draftedOn: day)).Id;
        (await StepAsync(id, "acceptance", new { on = day })).Is(200);
        (await StepAsync(id, "review", Review(on: day))).Is(200);
        (await StepAsync(id, "approval", new { on = day }, Approver)).Is(200);
        (await StepAsync(id, "agreement", new { on = day })).Is(200);
        (await StepAsync(id, "handover", new { on = day })).Is(200);
        return (id, (await StepAsync(id, "move-in", new { on = day })).Is(200).Json.GetProperty("tenancyId").GetGuid());
    }

    public async Task<Answer> EndAsync(Guid tenancyId, DateOnly? endedOn = null)
    {
        var path = $"/api/v1/tenancies/{tenancyId}";
        return await Officer.PostAsync($"{path}/end", new { endedOn, reason = "租约到期" }, (await Officer.GetAsync(path)).Is(200).ETag);
    }
}
