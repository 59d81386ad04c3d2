using System.Text.Json;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>What leads and enterprises tell takes effect once, in whatever order and however often it comes.</summary>
public sealed class ConsumerTests(City city) : IClassFixture<City>
{
    internal static EnterpriseState State(Guid id, string uscc) => new() { EnterpriseId = id, Name = "鹤壁虚构企业", Uscc = uscc, InCity = true };

    [Fact]
    public async Task A_conversion_told_again_opens_no_second_project_and_changes_nothing()
    {
        var conversion = city.Conversion();
        var message = City.NewId();
        Assert.True(await city.Service.DeliverAsync(conversion, conversion.Lead.LeadId, 7, messageId: message));
        Assert.False(await city.Service.DeliverAsync(conversion, conversion.Lead.LeadId, 7, messageId: message));
        var before = await city.GetAsync(conversion.ProjectId);
        await city.Service.DeliverAsync(conversion with { ProjectName = "另一个名称" }, conversion.Lead.LeadId, 9);
        Assert.Equal(before.Body, (await city.GetAsync(conversion.ProjectId)).Body);
        Assert.Single(await city.Service.EventsAsync(conversion.ProjectId));
    }

    [Fact]
    public async Task Twenty_tellings_of_one_conversion_at_once_open_one_project()
    {
        var conversion = city.Conversion();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => city.Service.DeliverAsync(conversion, conversion.Lead.LeadId, 7)));
        Assert.Single(await city.Service.EventsAsync(conversion.ProjectId));
    }

    [Fact]
    public async Task The_registered_enterprise_is_linked_once()
    {
        var id = await city.AtAsync("registered");
        var uscc = JourneyTests.Text((await city.GetAsync(id)).Json, "uscc");
        var registered = Registered(id, uscc);
        await city.Service.DeliverAsync(registered, registered.Enterprise.EnterpriseId, 1);
        await city.Service.DeliverAsync(registered, registered.Enterprise.EnterpriseId, 1);
        Assert.Equal(registered.Enterprise.EnterpriseId, (await city.GetAsync(id)).Json.GetProperty("enterpriseId").GetGuid());
        var told = Assert.Single(await city.Service.EventsAsync(id), e => e.Type == "ProjectAmended");
        Assert.Equal(registered.Enterprise.EnterpriseId, told.Payload.GetProperty("project").GetProperty("enterpriseId").GetGuid());
    }

    [Fact]
    public async Task An_answer_to_a_registration_that_was_taken_back_links_nothing()
    {
        var id = await city.AtAsync("registered");
        var first = JourneyTests.Text((await city.GetAsync(id)).Json, "uscc");
        (await city.As(city.UnitHead)
            .PostAsync($"/api/v1/projects/{id}/step-back", new { to = "signed", reason = "主体有误" }, await city.ETagAsync(id))).Is(200);
        await city.Service.DeliverAsync(Registered(id, first), City.NewId(), 1);
        Assert.Equal(JsonValueKind.Null, (await city.GetAsync(id)).Json.GetProperty("enterpriseId").ValueKind);
        var again = Evidence.Full(city, "registered", city.Today) with { ApproverId = city.UnitHead.Id };
        (await city.As(city.Integration).PostAsync($"/api/v1/projects/{id}/submissions", (string)again)).Is(201);
        await city.Service.DeliverAsync(Registered(id, first), City.NewId(), 2);
        Assert.Equal(JsonValueKind.Null, (await city.GetAsync(id)).Json.GetProperty("enterpriseId").ValueKind);
        var second = Registered(id, again.Uscc!);
        await city.Service.DeliverAsync(second, City.NewId(), 1);
        Assert.Equal(second.Enterprise.EnterpriseId, (await city.GetAsync(id)).Json.GetProperty("enterpriseId").GetGuid());
    }

    [Fact]
    public async Task An_enterprise_that_moves_in_moves_its_project_in_and_the_others_are_told()
    {
        var id = await city.AtAsync("registered");
        var movedIn = MovedIn(id, city.Today.AddDays(-3));
        await city.Service.DeliverAsync(movedIn, movedIn.ApplicationId, 6, actorId: city.Coordinator.Id);
        await city.Service.DeliverAsync(movedIn, movedIn.ApplicationId, 6, actorId: city.Coordinator.Id);
        var project = await city.GetAsync(id);
        Assert.Equal(JourneyTests.Day(city.Today.AddDays(-3)), JourneyTests.Text(project.Json.GetProperty("milestones"), "movedInOn"));
        Assert.Equal("registered", JourneyTests.Text(project.Json, "stage"));
        var told = Assert.Single(await city.Service.EventsAsync(id), e => e.Type == "ProjectMovedIn");
        Assert.Equal(
            (movedIn.Enterprise.EnterpriseId, JourneyTests.Day(movedIn.OccurredOn), city.Coordinator.Id),
            (told.Payload.GetProperty("enterpriseId").GetGuid(), JourneyTests.Text(told.Payload, "occurredOn"), told.ActorId));
    }

    public static TheoryData<string> Orders => [.. Permutations("ABCD")];

    /// <summary>A: the conversion; B: a tenancy begins; C: a second one began earlier; D: the first one ends.</summary>
    [Theory]
    [MemberData(nameof(Orders))]
    public async Task In_any_order_the_same_facts_stand(string order)
    {
        var conversion = city.Conversion();
        var id = conversion.ProjectId;
        var (later, earlier) = (MovedIn(id, city.Today.AddDays(-10)), MovedIn(id, city.Today.AddDays(-20)));
        var left = new EnterpriseLeft
        {
            Enterprise = later.Enterprise,
            TenancyId = later.TenancyId,
            ProjectId = id,
            OccurredOn = city.Today.AddDays(-1),
        };
        foreach (var told in order)
        {
            for (var copy = 0; copy < 2; copy++)
            {
                await (told switch
                {
                    'A' => city.Service.DeliverAsync(conversion, conversion.Lead.LeadId, 7),
                    'B' => city.Service.DeliverAsync(later, later.ApplicationId, 6),
                    'C' => city.Service.DeliverAsync(earlier, earlier.ApplicationId, 6),
                    _ => city.Service.DeliverAsync(left, left.TenancyId, 2),
                });
            }
        }

        var milestones = (await city.GetAsync(id)).Json.GetProperty("milestones");
        Assert.Equal(JourneyTests.Day(city.Today.AddDays(-20)), JourneyTests.Text(milestones, "movedInOn"));
        Assert.Equal(JsonValueKind.Null, milestones.GetProperty("leftOn").ValueKind);
        var last = (await city.Service.EventsAsync(id)).Last(e => e.Type == "ProjectMovedIn");
        Assert.Equal(JourneyTests.Day(city.Today.AddDays(-20)), JourneyTests.Text(last.Payload, "occurredOn"));

        await city.Service.DeliverAsync(left with { TenancyId = earlier.TenancyId, OccurredOn = city.Today }, earlier.TenancyId, 2);
        Assert.Equal(JourneyTests.Day(city.Today), JourneyTests.Text((await city.GetAsync(id)).Json.GetProperty("milestones"), "leftOn"));
    }

    [Fact]
    public async Task What_is_told_of_no_project_changes_nothing()
    {
        var movedIn = MovedIn(City.NewId(), city.Today) with { ProjectId = null };
        Assert.True(await city.Service.DeliverAsync(movedIn, movedIn.ApplicationId, 6));
        await city.Service.DeliverAsync(Registered(City.NewId(), Evidence.NewUscc()), City.NewId(), 1);
    }

    [Fact]
    public async Task S2_A_lead_made_confidential_after_its_conversion_makes_its_project_confidential_and_back()
    {
        var conversion = city.Conversion();
        var lead = conversion.Lead with { ProjectId = conversion.ProjectId };
        await city.Service.DeliverAsync(conversion, lead.LeadId, 7);
        var path = $"/api/v1/projects/{conversion.ProjectId}";
        (await city.As(city.UnitHead).GetAsync(path)).Is(200);

        var secret = lead with { Confidential = true, Readers = [lead.OwnerId, city.Leader.Id], ConfidentialityRevision = 1 };
        await city.Service.DeliverAsync(new LeadAmended { Lead = secret }, lead.LeadId, 9);
        foreach (var other in (TestCaller[])[city.UnitHead, city.BureauHead, city.Coordinator, city.Administrator, city.Integration])
        {
            (await city.As(other).GetAsync(path)).IsProblem(404, "resource.notFound");
        }

        (await city.As(city.Leader).GetAsync(path)).Is(200);
        (await city.As(city.Officer).GetAsync(path)).Is(200);

        // Somebody new gets the lead, and so the project to read.
        var given = secret with { OwnerId = city.Colleague.Id, Readers = [.. secret.Readers, city.Coordinator.Id] };
        await city.Service.DeliverAsync(new LeadAssigned { Lead = given, OccurredOn = city.Today }, lead.LeadId, 10);
        (await city.As(city.Coordinator).GetAsync(path)).Is(200);
        var told = (await city.Service.EventsAsync(conversion.ProjectId))[^1];
        Assert.Equal("ProjectAmended", told.Type);
        Assert.Equal(3, told.Payload.GetProperty("project").GetProperty("readers").GetArrayLength());

        // An older event that comes late opens nothing.
        await city.Service.DeliverAsync(new LeadAmended { Lead = lead }, lead.LeadId, 8);
        (await city.As(city.UnitHead).GetAsync(path)).IsProblem(404, "resource.notFound");
        var opened = lead with { ConfidentialityRevision = 2 };
        await city.Service.DeliverAsync(new LeadAmended { Lead = opened }, lead.LeadId, 11);
        (await city.As(city.UnitHead).GetAsync(path)).Is(200);
    }

    [Fact]
    public async Task T7_A_project_goes_along_with_its_lead_unless_that_is_refused_or_it_is_owned_by_somebody_else()
    {
        var conversion = city.Conversion();
        var lead = conversion.Lead with { ProjectId = conversion.ProjectId };
        await city.Service.DeliverAsync(conversion, lead.LeadId, 7);
        var given = lead with { OwnerId = city.Colleague.Id, UnitId = city.Colleague.UnitId };
        var assigned = new LeadAssigned { Lead = given, PreviousOwnerId = lead.OwnerId, WithProject = false, OccurredOn = city.Today };
        await city.Service.DeliverAsync(assigned, lead.LeadId, 8);
        Assert.Equal(lead.OwnerId, await OwnerAsync());

        await city.Service.DeliverAsync(assigned with { WithProject = null }, lead.LeadId, 9);
        Assert.Equal(city.Colleague.Id, await OwnerAsync());
        Assert.Equal("ProjectAmended", (await city.Service.EventsAsync(conversion.ProjectId))[^1].Type);

        // The lead's next change of hands is none of the project's, whose owner is somebody else by now.
        await city.Service.DeliverAsync(
            new LeadAssigned { Lead = lead, PreviousOwnerId = city.Leader.Id, OccurredOn = city.Today }, lead.LeadId, 10);
        Assert.Equal(city.Colleague.Id, await OwnerAsync());

        async Task<Guid> OwnerAsync() =>
            (await city.As(city.Coordinator).GetAsync($"/api/v1/projects/{conversion.ProjectId}")).Is(200).Json
                .GetProperty("ownerId").GetGuid();
    }

    [Fact]
    public async Task S2_A_lead_made_confidential_before_its_project_was_opened_here_opens_a_confidential_project()
    {
        var conversion = city.Conversion();
        var lead = conversion.Lead with
        {
            ProjectId = conversion.ProjectId,
            Confidential = true,
            Readers = [conversion.Lead.OwnerId],
            ConfidentialityRevision = 1,
        };
        await city.Service.DeliverAsync(new LeadAmended { Lead = lead }, lead.LeadId, 9);
        await city.Service.DeliverAsync(conversion, lead.LeadId, 7);
        var path = $"/api/v1/projects/{conversion.ProjectId}";
        (await city.As(city.UnitHead).GetAsync(path)).IsProblem(404, "resource.notFound");
        Assert.True((await city.As(city.Officer).GetAsync(path)).Is(200).Json.GetProperty("confidential").GetBoolean());
    }

    private EnterpriseRegistered Registered(Guid projectId, string uscc) =>
        new() { Enterprise = State(City.NewId(), uscc), ProjectId = projectId, LeadId = City.NewId(), OccurredOn = city.Today };

    private static EnterpriseMovedIn MovedIn(Guid projectId, DateOnly on) => new()
    {
        Enterprise = State(City.NewId(), Evidence.NewUscc()),
        ApplicationId = City.NewId(),
        TenancyId = City.NewId(),
        SpaceIds = [City.NewId()],
        ProjectId = projectId,
        OccurredOn = on,
    };

    private static IEnumerable<string> Permutations(string letters) =>
        letters.Length <= 1
            ? [letters]
            : letters.SelectMany(letter => Permutations(letters.Replace(letter.ToString(), "", StringComparison.Ordinal))
            .Select(rest => letter + rest));
}
