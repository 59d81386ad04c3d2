using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests.Domain;

/// <summary>Projects as the domain makes them, without a database.</summary>
internal static class Sample
{
    public static readonly DateOnly Day = new(2026, 3, 1);
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly Guid Officer = City.NewId();
    public static readonly Guid Approver = City.NewId();

    public static StageEvidence Signing => new() { ContractAmount = City.Cny(5), Documents = [Reference(DocumentType.Contract)] };

    public static Project Opened() => Project.Open(
        City.NewId(), "P-2026-000001", "虚构项目",
        new ConvertedLead
        {
            LeadId = City.NewId(),
            InvestorId = City.NewId(),
            InvestorName = "虚构公司",
            OwnerId = Officer,
            UnitId = City.NewId(),
        },
        Day, Officer, Now);

    public static Document Reference(DocumentType type) => new() { Type = type, Title = "虚构附件", Hash = new string('a', 64) };

    /// <summary>A project that reached a stage: one day later with each stage.</summary>
    public static Project At(ProjectStage stage)
    {
        var project = Opened();
        project.Amend(project.Facts with { OutputThreshold = City.Cny(9), TaxThreshold = City.Cny(3) }, Now);
        for (var next = ProjectStage.Signed; next <= stage; next++)
        {
            project.AsSaved().Approve(Submitted(project), Approver, null, Now);
        }

        return project;
    }

    /// <summary>A submission for the next stage with all evidence that its gate asks for.</summary>
    public static Submission Submitted(Project project, DateOnly? on = null)
    {
        var gate = StageGates.After(project.Stage)!;
        return project.Submit(City.NewId(), gate.To, on ?? Day.AddDays((int)gate.To), Evidence(gate), null, Officer, Officer, Now);
    }

    /// <summary>A new contract amount that waits.</summary>
    public static Submission Contract(Project project, Money amount, DateOnly on) => project.AsSaved().SubmitContract(
        City.NewId(), new Moves(project.History), null, amount, on, "补充协议", Officer, Officer, Now);

    public static StageEvidence Evidence(StageGate gate)
    {
        var names = gate.Fields.Select(f => f.Name).ToHashSet();
        return new StageEvidence
        {
            ContractAmount = names.Contains("contractAmount") ? City.Cny(5) : null,
            Uscc = names.Contains("uscc") ? "x" : null,
            EnterpriseName = names.Contains("enterpriseName") ? "虚构企业" : null,
            FirstOutputOn = names.Contains("firstOutputOn") ? Day : null,
            AnnualOutput = names.Contains("annualOutput") ? City.Cny(9) : null,
            AnnualTax = names.Contains("annualTax") ? City.Cny(3) : null,
            Documents = [.. gate.Documents.Select(Reference)],
        };
    }

    public static string CodeOf(Action act) => Assert.Throws<RuleViolation>(act).Code;
}
