using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Tests.Domain;

/// <summary>Aggregates as the rules' tests need them. Day 0 is Monday 2 March 2026.</summary>
internal static class Sample
{
    public static readonly DateOnly Day0 = new(2026, 3, 2);

    /// <summary>Ten in the morning of day 0 in the district.</summary>
    public static readonly DateTimeOffset Morning = Day0.Begins().AddHours(10);

    public static readonly Actor Officer = new(NewId(), Morning);
    public static readonly Actor Head = new(NewId(), Morning);

    /// <summary>An instant that many days after the morning of day 0.</summary>
    public static DateTimeOffset After(double days) => Morning.AddDays(days);

    public static Actor Later(this Actor actor, double days) => actor with { At = After(days) };

    public static Actor At(this Actor actor, DateTimeOffset at) => actor with { At = at };

    /// <summary>A lead opened on day 0 with its first contact, at its stage.</summary>
    public static Lead Lead(LeadStage stage = LeadStage.New, Money? investment = null)
    {
        var lead = Leads.Domain.Lead.Open(
            NewId(), "L-2026-000001", Investor.Register(NewId(), "示例公司", null, null, Officer), Officer.By, NewId(), Day0, Officer);
        lead.NoteContact(Day0, Officer);
        lead.Estimate(investment, Officer);
        if (stage is not (LeadStage.New or LeadStage.Kept or LeadStage.Invalid))
        {
            lead.StartAssessment(Day0, null, Officer);
        }

        if (stage is LeadStage.Following or LeadStage.Converted)
        {
            lead.ConcludeAssessment(Day0, "值得跟进", Officer);
        }

        switch (stage)
        {
            case LeadStage.Converted:
                lead.Convert(NewId(), "示例项目", Day0, Officer);
                break;
            case LeadStage.Kept:
                lead.Keep(ClosureReason.NotYet, Day0.AddDays(90), Day0, null, Officer);
                break;
            case LeadStage.Invalid:
                lead.Invalidate(ClosureReason.NoAnswer, Day0, null, Officer);
                break;
        }

        return lead;
    }

    public static Lead Confidential(params Guid[] readers)
    {
        var lead = Lead();
        lead.Restrict(true, readers, Officer);
        return lead;
    }

    public static Contact Talk(Lead lead) =>
        Contact.Record(NewId(), lead.Id, new ContactContent { Channel = ContactChannel.Phone, Summary = "洽谈", OccurredOn = Day0 }, Officer);

    /// <summary>Refused with the code, and with nothing changed that a rule could have changed before it refused.</summary>
    public static RuleViolation Refused(string code, Action act)
    {
        var violation = Assert.Throws<RuleViolation>(act);
        Assert.Equal(code, violation.Code);
        return violation;
    }

    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
