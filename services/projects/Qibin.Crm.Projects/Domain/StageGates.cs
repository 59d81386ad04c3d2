using Qibin.Crm.Kernel;

namespace Qibin.Crm.Projects.Domain;

/// <summary>The evidence of a submission. The gate of the stage says which of it is needed.</summary>
internal sealed record StageEvidence
{
    public Money? ContractAmount { get; init; }

    /// <summary>What one unit of the contract's currency is worth in CNY on the day of the stage; null without a rate.</summary>
    public decimal? ContractRate { get; init; }

    /// <summary>The contract's currency when it has no rate; null otherwise.</summary>
    public string? CurrencyWithoutRate =>
        ContractRate is null && ContractAmount is { Currency: not Money.Home and var currency } ? currency : null;

    public string? Uscc { get; init; }
    public string? EnterpriseName { get; init; }
    public DateOnly? FirstOutputOn { get; init; }

    /// <summary>Output of one year, as reached.</summary>
    public Money? AnnualOutput { get; init; }

    /// <summary>Tax of one year, as paid.</summary>
    public Money? AnnualTax { get; init; }

    public IReadOnlyList<Document> Documents { get; init; } = [];
}

/// <summary>A field that a gate asks for.</summary>
/// <param name="Name">Its name in the API.</param>
/// <param name="Chinese">Its name in Chinese problem texts.</param>
/// <param name="IsThere">Whether the project and the evidence together have it.</param>
internal sealed record RequiredField(string Name, string Chinese, Func<Project, StageEvidence, bool> IsThere)
{
    public ProblemText Text => new(Chinese, Name);
}

/// <summary>
/// A document that a gate asks for only when the contract amount of the submission is at least this much, at the rate of the day.
/// </summary>
internal sealed record DocumentAbove(Money From, DocumentType Type)
{
    /// <summary>Without a rate nobody knows whether it is needed: the submission says so, and is not refused for it.</summary>
    public bool IsMissing(StageEvidence evidence) =>
        evidence.ContractAmount is { } amount && evidence.Documents.All(d => d.Type != Type)
            && amount.Amount * (amount.Currency == From.Currency ? 1 : evidence.ContractRate) >= From.Amount;
}

/// <summary>The evidence that a stage asks for, and the roles that approve it.</summary>
/// <param name="To">The stage; a gate is passed from the stage before it only.</param>
/// <param name="Fields">Fields that must be there.</param>
/// <param name="Documents">Types of documents; the submission needs at least one of each.</param>
/// <param name="Approvers">Roles; the approver has one of them.</param>
/// <param name="Above">A document beside those, for large contracts only.</param>
internal sealed record StageGate(
    ProjectStage To, IReadOnlyList<RequiredField> Fields, IReadOnlyList<DocumentType> Documents, IReadOnlyList<string> Approvers,
    DocumentAbove? Above = null)
{
    /// <summary>Everything that is missing: fields by name, documents as <c>documents.type</c>.</summary>
    public IEnumerable<string> Missing(Project project, StageEvidence evidence) =>
        Fields.Where(field => !field.IsThere(project, evidence)).Select(field => field.Name)
            .Concat(Documents.Where(type => evidence.Documents.All(d => d.Type != type))
            .Concat(Above?.IsMissing(evidence) == true ? [Above.Type] : [])
                .Select(type => "documents." + Word.Of(type)));

    /// <summary>Fields that the submission has and this gate does not ask for: a submission changes no other facts.</summary>
    public IEnumerable<ProblemText> NotAskedFor(Project project, StageEvidence evidence) =>
        StageGates.OfSubmissions.Where(field => field.IsThere(project, evidence)).Except(Fields).Select(field => field.Text);
}

/// <summary>
/// The gates in the order of the stages: 在谈 → 签约 → 注册 → 开工 → 竣工 → 投产 → 达产 → 达效. A coordinator can approve each of them: the
/// only head of a unit may be the submitter.
/// </summary>
internal static class StageGates
{
    private static readonly RequiredField ContractAmount = Given("contractAmount", "合同金额", evidence => evidence.ContractAmount);
    private static readonly RequiredField UsccField = Given("uscc", "统一社会信用代码", evidence => evidence.Uscc);
    private static readonly RequiredField EnterpriseName = Given("enterpriseName", "企业名称", evidence => evidence.EnterpriseName);
    private static readonly RequiredField FirstOutputOn = Given("firstOutputOn", "首次产出日期", evidence => evidence.FirstOutputOn);
    public static readonly RequiredField AnnualOutput = Given("annualOutput", "年产值", evidence => evidence.AnnualOutput);
    public static readonly RequiredField AnnualTax = Given("annualTax", "年税收", evidence => evidence.AnnualTax);
    private static readonly RequiredField OutputThreshold = new(
        "outputThreshold", "产值门槛", (project, _) => project.OutputToReach is not null);
    private static readonly RequiredField TaxThreshold = new("taxThreshold", "税收门槛", (project, _) => project.TaxToReach is not null);

    /// <summary>
    /// An investment of 10 亿元 and more is filed with the province 省级备案 before it is signed; first-report claims raise that task at the
    /// same limit.
    /// </summary>
    private static readonly DocumentAbove ProvincialFiling = new(new Money(1_000_000_000m, "CNY"), DocumentType.ProvincialFiling);

    /// <summary>The fields of a submission; each gate asks for some of them.</summary>
    public static IReadOnlyList<RequiredField> OfSubmissions { get; } =
        [ContractAmount, UsccField, EnterpriseName, FirstOutputOn, AnnualOutput, AnnualTax];

    /// <summary>All gates, in the order of the journey.</summary>
    public static IReadOnlyList<StageGate> All { get; } =
    [
        new(ProjectStage.Signed, [ContractAmount], [DocumentType.Contract], [Roles.Leader, Roles.Coordinator], ProvincialFiling),
        new(ProjectStage.Registered, [UsccField, EnterpriseName], [DocumentType.BusinessLicence], [Roles.UnitHead, Roles.Coordinator]),
        new(ProjectStage.Started, [], [DocumentType.ConstructionPermit, DocumentType.Photo], [Roles.ProjectOfficer, Roles.Coordinator]),
        new(ProjectStage.Completed, [], [DocumentType.AcceptanceReport], [Roles.ProjectOfficer, Roles.Coordinator]),
        new(ProjectStage.Producing, [FirstOutputOn], [DocumentType.FirstOutputProof],
            [Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator]),
        new(ProjectStage.AtCapacity, [AnnualOutput], [DocumentType.OutputStatement], [Roles.UnitHead, Roles.Leader, Roles.Coordinator]),
        new(ProjectStage.Efficient, [AnnualOutput, AnnualTax, OutputThreshold, TaxThreshold],
            [DocumentType.OutputStatement, DocumentType.TaxCertificate], [Roles.Leader, Roles.Coordinator]),
    ];

    /// <summary>Every role that approves some stage.</summary>
    public static string[] ApproverRoles { get; } = [.. All.SelectMany(gate => gate.Approvers).Distinct()];

    /// <summary>The gate in front of a stage; none leads to negotiating, where every project opens.</summary>
    public static StageGate? Into(ProjectStage stage) => All.FirstOrDefault(gate => gate.To == stage);

    /// <summary>
    /// The gate whose roles approve a correction of what happened at a stage; while it negotiates, those who would approve the signing.
    /// </summary>
    public static StageGate ApproversAt(ProjectStage stage) => Into(stage) ?? All[0];

    /// <summary>The gate after a stage; none after efficient.</summary>
    public static StageGate? After(ProjectStage stage) => Into(stage + 1);

    private static RequiredField Given(string name, string chinese, Func<StageEvidence, object?> of) =>
        new(name, chinese, (_, evidence) => of(evidence) is not null);
}
