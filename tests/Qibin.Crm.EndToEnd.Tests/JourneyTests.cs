using Qibin.Crm.Client.Enterprises;
using Qibin.Crm.Client.Leads;
using Qibin.Crm.Client.Pipeline;
using Qibin.Crm.Client.Projects;
using Qibin.Crm.TestKit;
using LeadMoney = Qibin.Crm.Client.Leads.Money;
using ProjectMoney = Qibin.Crm.Client.Projects.Money;
using ProjectStage = Qibin.Crm.Client.Projects.ProjectStage;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>
/// One prospect from first contact to moved in and efficient, by the people whose work it is, through a client generated from the OpenAPI
/// documents.
/// </summary>
public class JourneyTests(RunningSystem system)
{
    [Fact]
    public async Task M2_A_prospect_goes_from_first_contact_to_settled_and_efficient_and_leadership_sees_it()
    {
        var officer = await DeskAsync("officer", "promotion-satellite");
        var head = await DeskAsync("unitHead", "promotion-satellite");
        var leader = await DeskAsync("leader");
        var projectOfficer = await DeskAsync("projectOfficer");
        var service = await DeskAsync("serviceOfficer");
        var before = (await leader.Pipeline.ReadTotalsAsync("stage")).Result;

        // The officer logs the first contact, another one, and takes the lead to talks.
        var first = (await officer.Leads.LogFirstContactAsync(Key(), new FirstContactRequest
        {
            InvestorName = "端到端航天科技有限公司（演示）",
            PersonName = "示例人",
            Phone = "17012345678",
            Channel = ContactChannel.VisitHere,
            Summary = "参观科创新城，谈卫星总装。",
            NextStep = "发送厂房资料",
            NextStepDueOn = Today.AddDays(3),
            OccurredOn = Today.AddDays(-200),
            NodeCode = "satellite.spacecraft",
            EstimatedInvestment = new LeadMoney { Amount = "300000000.00", Currency = "CNY" },
        })).Result;
        var lead = first.Id;
        await officer.Leads.RecordContactAsync(lead, Key(),
            new ContactRequest { Channel = ContactChannel.Phone, Summary = "确认投资规模。", OccurredOn = Today.AddDays(-190) });
        await officer.Leads.StartAssessmentAsync(lead, await officer.LeadTagAsync(lead), Key(),
            new AssessmentRequest { OccurredOn = Today.AddDays(-190) });
        await officer.Leads.ConcludeAssessmentAsync(lead, await officer.LeadTagAsync(lead), Key(),
            new AssessmentConclusionRequest { Note = "方向契合。", OccurredOn = Today.AddDays(-185) });
        var conversion = (await officer.Leads.ConvertLeadAsync(lead, await officer.LeadTagAsync(lead), Key(),
            new ConversionRequest { ProjectName = "端到端卫星总装基地（演示）", OccurredOn = Today.AddDays(-180) })).Result;
        var project = conversion.ProjectId;
        await Eventually.TrueAsync(() => FoundAsync(() => officer.Projects.GetProjectAsync(project)));

        // Each stage is submitted by one person and approved by another.
        await ReachAsync(officer, leader, project, new FileSubmissionRequest
        {
            To = ProjectStage.Signed,
            OccurredOn = Today.AddDays(-150),
            ContractAmount = Yuan("320000000.00"),
            Documents = [Document(DocumentType.Contract)],
        });
        await ReachAsync(officer, head, project, new FileSubmissionRequest
        {
            To = ProjectStage.Registered,
            OccurredOn = Today.AddDays(-140),
            Uscc = Uscc,
            EnterpriseName = "鹤壁端到端航天有限公司（演示）",
            Documents = [Document(DocumentType.BusinessLicence)],
        });
        await officer.Projects.RecordAmountAsync(project, Key(), new RecordAmountRequest
        {
            Kind = AmountKind.PaidIn,
            Amount = Yuan("50000000.00"),
            OccurredOn = Today.AddDays(-130),
            Origin = FundsOrigin.Domestic,
        });

        // The officer drafts the application; the service officer, who may not decide on an own draft, takes the enterprise into the city.
        var enterprise = (await Eventually.GetAsync(
            async () => (await service.Enterprises.ListEnterprisesAsync(uscc: Uscc)).Result.Items.SingleOrDefault(),
            e => e is not null))!.Id;
        var space = await SpaceAsync(service);
        var application = (await officer.Enterprises.DraftEntryApplicationAsync(Key(), new DraftEntryApplicationRequest
        {
            EnterpriseId = enterprise,
            ProjectId = project,
            SpaceIds = [space],
            WantedFrom = Today.AddDays(-110),
            DraftedOn = Today.AddDays(-125),
        })).Result.Id;
        await service.Enterprises.AcceptEntryApplicationAsync(application, await service.EntryTagAsync(application), Key(),
            new StepRequest { On = Today.AddDays(-124) });
        var sheet = (await service.Enterprises.GetEntryScoreSheetAsync()).Result;
        await service.Enterprises.ReviewEntryApplicationAsync(application, await service.EntryTagAsync(application), Key(),
            new ReviewRequest
            {
                On = Today.AddDays(-120),
                Opinion = "符合园区定位。",
                Scores = [.. sheet.Indicators.Select(i => new IndicatorScore { Indicator = i.Code, Points = i.Points })],
            });
        await head.Enterprises.ApproveEntryApplicationAsync(application, await head.EntryTagAsync(application), Key(),
            new ApprovalRequest { On = Today.AddDays(-118) });
        await service.Enterprises.AgreeEntryApplicationAsync(application, await service.EntryTagAsync(application), Key(),
            new AgreementRequest { On = Today.AddDays(-115) });
        await service.Enterprises.HandOverPremisesAsync(application, await service.EntryTagAsync(application), Key(),
            new StepRequest { On = Today.AddDays(-110) });
        await service.Enterprises.MoveInEnterpriseAsync(application, await service.EntryTagAsync(application), Key(),
            new StepRequest { On = Today.AddDays(-105) });
        await Eventually.TrueAsync(
            async () => (await officer.Projects.GetProjectAsync(project)).Result.Milestones.MovedInOn == Today.AddDays(-105));
        await Eventually.TrueAsync(async () => (await officer.Leads.ReadLeadAsync(lead)).Result.MovedInOn == Today.AddDays(-105));

        // Works, production, promised output.
        await ReachAsync(officer, projectOfficer, project, new FileSubmissionRequest
        {
            To = ProjectStage.Started,
            OccurredOn = Today.AddDays(-100),
            Documents = [Document(DocumentType.ConstructionPermit), Document(DocumentType.Photo)],
        });
        await ReachAsync(officer, projectOfficer, project, new FileSubmissionRequest
        {
            To = ProjectStage.Completed,
            OccurredOn = Today.AddDays(-60),
            Documents = [Document(DocumentType.AcceptanceReport)],
        });
        await ReachAsync(projectOfficer, head, project, new FileSubmissionRequest
        {
            To = ProjectStage.Producing,
            OccurredOn = Today.AddDays(-30),
            FirstOutputOn = Today.AddDays(-30),
            Documents = [Document(DocumentType.FirstOutputProof)],
        });
        await ReachAsync(officer, leader, project, new FileSubmissionRequest
        {
            To = ProjectStage.AtCapacity,
            OccurredOn = Today.AddDays(-10),
            AnnualOutput = Yuan("400000000.00"),
            Documents = [Document(DocumentType.OutputStatement)],
        });
        await officer.Projects.AmendProjectAsync(project, await officer.ProjectTagAsync(project), Key(), new AmendProjectRequest
        {
            OutputThreshold = Yuan("350000000.00"),
            TaxThreshold = Yuan("10000000.00"),
        });
        await ReachAsync(officer, leader, project, new FileSubmissionRequest
        {
            To = ProjectStage.Efficient,
            OccurredOn = Today.AddDays(-1),
            AnnualOutput = Yuan("410000000.00"),
            AnnualTax = Yuan("12000000.00"),
            Documents = [Document(DocumentType.OutputStatement), Document(DocumentType.TaxCertificate)],
        });

        // A moment later leadership sees it.
        var journey = await Eventually.GetAsync(async () => (await leader.Pipeline.ReadJourneyAsync(lead)).Result,
            j => j.Stage == JourneyStage.Efficient);
        Assert.Equal(
            [MilestoneKind.FirstContact, MilestoneKind.Converted, MilestoneKind.Signed, MilestoneKind.Registered, MilestoneKind.MovedIn,
                MilestoneKind.Started, MilestoneKind.Completed, MilestoneKind.Producing, MilestoneKind.AtCapacity, MilestoneKind.Efficient],
            journey.Milestones.Select(m => m.Kind));
        Assert.Equal(
            new[] { -200, -180, -150, -140, -105, -100, -60, -30, -10, -1 }.Select(Today.AddDays),
            journey.Milestones.Select(m => m.OccurredOn));
        Assert.All(journey.Milestones, m => Assert.NotNull(m.ActorId));
        Assert.Equal(Uscc, journey.Enterprise!.Uscc);
        Assert.True(journey.Enterprise.InCity);

        var after = (await leader.Pipeline.ReadTotalsAsync("stage")).Result;
        Assert.Equal(Efficient(before).Count + 1, Efficient(after).Count);
        Assert.Equal(Efficient(before).Contract + 320_000_000m, Efficient(after).Contract);
        Assert.Equal(Efficient(before).PaidIn + 50_000_000m, Efficient(after).PaidIn);

        // The officer of another unit sees nothing of it.
        var stranger = await DeskAsync("officer", "promotion-xinchuang");
        Assert.False(await FoundAsync(() => stranger.Leads.ReadLeadAsync(lead)));
        Assert.False(await FoundAsync(() => stranger.Projects.GetProjectAsync(project)));
        Assert.False(await FoundAsync(() => stranger.Pipeline.ReadJourneyAsync(lead)));
    }

    [Fact]
    public async Task T4_A_further_project_of_a_converted_lead_has_a_journey_of_its_own()
    {
        var officer = await DeskAsync("officer", "promotion-satellite");
        var leader = await DeskAsync("leader");
        var lead = (await officer.Leads.LogFirstContactAsync(Key(), new FirstContactRequest
        {
            InvestorName = "二期工程测试科技有限公司（演示）",
            PersonName = "示例人",
            Phone = "17012345679",
            Channel = ContactChannel.Phone,
            Summary = "来电。",
            NextStep = "面谈",
            NextStepDueOn = Today.AddDays(3),
            OccurredOn = Today.AddDays(-20),
        })).Result.Id;
        await officer.Leads.StartAssessmentAsync(lead, await officer.LeadTagAsync(lead), Key(),
            new AssessmentRequest { OccurredOn = Today.AddDays(-19) });
        await officer.Leads.ConcludeAssessmentAsync(lead, await officer.LeadTagAsync(lead), Key(),
            new AssessmentConclusionRequest { Note = "方向契合。", OccurredOn = Today.AddDays(-18) });
        var first = (await officer.Leads.ConvertLeadAsync(lead, await officer.LeadTagAsync(lead), Key(),
            new ConversionRequest { ProjectName = "一期（演示）", OccurredOn = Today.AddDays(-17) })).Result.ProjectId;

        var further = (await officer.Leads.OpenFurtherProjectAsync(lead, Key(), new FurtherProjectRequest
        {
            ProjectName = "二期（演示）",
            Channel = ContactChannel.VisitHere,
            Summary = "对方提出扩产，另选地块。",
            OccurredOn = Today.AddDays(-5),
        })).Result;

        await Eventually.TrueAsync(() => FoundAsync(() => leader.Pipeline.ReadJourneyAsync(further.Id)));
        var second = await Eventually.GetAsync(async () => (await leader.Pipeline.ReadJourneyAsync(further.Id)).Result,
            j => j.Stage == JourneyStage.Negotiating);
        Assert.Equal(further.ProjectId, second.ProjectId);
        Assert.Equal(first, (await leader.Pipeline.ReadJourneyAsync(lead)).Result.ProjectId);
        Assert.Equal(
            [(MilestoneKind.FirstContact, Today.AddDays(-5)), (MilestoneKind.Converted, Today.AddDays(-5))],
            second.Milestones.Select(m => (m.Kind, m.OccurredOn)));
    }

    [Fact]
    public async Task The_demonstration_data_stands_at_every_stage_and_over_eighteen_months()
    {
        using var leader = await system.AsAsync("leader");
        var totals = (await leader.GetAsync("/api/v1/pipeline/totals?groupBy=stage&status=active,suspended,kept,invalid")).Is(200).Json;
        var stages = totals.GetProperty("groups").EnumerateArray()
            .ToDictionary(g => g.GetProperty("stage").GetString()!, g => g.GetProperty("count").GetInt32());
        foreach (var stage in (string[])["new", "assessing", "following", "kept", "invalid", "negotiating", "signed", "registered",
            "started", "completed", "producing", "atCapacity", "efficient"])
        {
            Assert.True(stages.GetValueOrDefault(stage) > 0, stage);
        }

        Assert.True(totals.GetProperty("total").GetProperty("count").GetInt32() >= 200);
        using var integration = await system.AsIntegrationAsync();
        Assert.True((await integration.GetAsync("/api/v1/projects?total=true&limit=1")).Is(200).Json.GetProperty("total").GetInt32() >= 60);
        var oldest = (await integration.GetAsync("/api/v1/leads?sort=firstContactOn&limit=1")).Is(200).Json.GetProperty("items")[0]
            .GetProperty("firstContactOn").GetString()!;
        Assert.True(DateOnly.Parse(oldest, System.Globalization.CultureInfo.InvariantCulture) < Today.AddDays(-480));
        Assert.True((await integration.GetAsync($"/api/v1/tenancies?on={Today:yyyy-MM-dd}&total=true")).Is(200).Json.GetProperty("total")
            .GetInt32() > 20);
    }

    private static readonly string Uscc = Kernel.Uscc.WithCheckCharacter("91410611MA0000001").Value;

    private static DateOnly Today => Kernel.DistrictCalendar.Today(TimeProvider.System);

    private static string Key() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    private static ProjectMoney Yuan(string amount) => new() { Amount = amount, Currency = "CNY" };

    private static DocumentReference Document(DocumentType type) =>
        new() { Type = type, Title = $"{type}（演示）", Uri = new Uri("https://documents.example/e2e/" + type).ToString() };

    private static (int Count, decimal Contract, decimal PaidIn) Efficient(Totals totals)
    {
        var group = totals.Groups.SingleOrDefault(g => g.Stage == JourneyStage.Efficient);
        return group is null ? default : (group.Count, InYuan(group.ContractAmount), InYuan(group.PaidIn));

        static decimal InYuan(IEnumerable<Client.Pipeline.MoneyAnswer> amounts) =>
            amounts.Where(m => m.Currency == "CNY").Sum(m => decimal.Parse(m.Amount, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task ReachAsync(Desk submitter, Desk approver, Guid project, FileSubmissionRequest submission)
    {
        var made = (await submitter.Projects.FileSubmissionAsync(project, Key(), submission)).Result;
        var tag = await approver.ProjectTagAsync(project);
        var decided = (await approver.Projects.DecideSubmissionAsync(
            project, made.Id, tag, Key(), new DecideSubmissionRequest { Decision = SubmissionDecision.Approved })).Result;
        Assert.Equal(submission.To, decided.Stage);
    }

    private static async Task<Guid> SpaceAsync(Desk service)
    {
        var park = (await service.Enterprises.OpenParkAsync(Key(), new OpenParkRequest { Name = "端到端园区" })).Result.Id;
        var building = (await service.Enterprises.OpenBuildingAsync(Key(),
            new OpenBuildingRequest { ParkId = park, Name = "1", Floors = 2 })).Result.Id;
        return (await service.Enterprises.OpenSpaceAsync(
            Key(), new OpenSpaceRequest
            {
                BuildingId = building,
                Name = "101",
                Floor = 1,
                Area = 1200,
                ReadyOn = Today.AddDays(-300),
            })).Result.Id;
    }

    private static async Task<bool> FoundAsync(Func<Task> read)
    {
        try
        {
            await read();
            return true;
        }
        catch (Exception e) when (e.GetType().GetProperty("StatusCode")?.GetValue(e) is 404)
        {
            return false;
        }
    }

    private async Task<Desk> DeskAsync(string role, string? unit = null) => new(await system.HttpAsync(system.Person(role, unit)));

    /// <summary>A person's generated clients of all services.</summary>
    private sealed class Desk(HttpClient http)
    {
        public LeadsClient Leads { get; } = new(http);
        public ProjectsClient Projects { get; } = new(http);
        public EnterprisesClient Enterprises { get; } = new(http);
        public PipelineClient Pipeline { get; } = new(http);

        public async Task<string> LeadTagAsync(Guid lead) => Tag((await Leads.ReadLeadAsync(lead)).Headers);

        public async Task<string> ProjectTagAsync(Guid project) => Tag((await Projects.GetProjectAsync(project)).Headers);

        public async Task<string> EntryTagAsync(Guid application) => Tag((await Enterprises.GetEntryApplicationAsync(application)).Headers);

        private static string Tag(IReadOnlyDictionary<string, IEnumerable<string>> headers) => headers["ETag"].Single();
    }
}
