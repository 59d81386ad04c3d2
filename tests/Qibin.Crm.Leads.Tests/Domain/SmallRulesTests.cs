using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using static Qibin.Crm.Leads.Tests.Domain.Sample;

namespace Qibin.Crm.Leads.Tests.Domain;

/// <summary>Referrers, leave, digests and merges: a few rules each.</summary>
public class SmallRulesTests
{
    [Fact]
    public void A_business_day_begins_at_midnight_in_the_district()
    {
        var midnight = new DateTimeOffset(2026, 3, 1, 16, 0, 0, TimeSpan.Zero);
        Assert.Equal((Day0, midnight), (midnight.OnDay(), Day0.Begins()));
        Assert.Equal(Day0.AddDays(-1), midnight.AddTicks(-1).OnDay());
    }

    [Fact]
    public void A_referrer_is_approved_by_another_and_then_changed_by_administrators_with_a_reason_only()
    {
        var referral = Referral.Propose(NewId(), NewId(), ReferrerKind.Organisation, "示例商会", null, Officer);
        referral.Amend(ReferrerKind.Person, "示例人", "会长", administers: false, null, Officer);
        Refused("referrer.ownProposal", () => referral.Approve(Officer));
        Assert.False(referral.IsFrozen);
        referral.Approve(Head.Later(1));
        Assert.Equal((true, Head.By, After(1)), (referral.IsFrozen, referral.ApprovedBy, referral.ApprovedAt));
        Refused("referrer.frozen", () => referral.Approve(Head));
        Refused("referrer.frozen", () => referral.Amend(ReferrerKind.Person, "他人", null, administers: false, "更正", Officer));
        Refused("referrer.reasonNeeded", () => referral.Amend(ReferrerKind.Person, "他人", null, administers: true, null, Officer));
        Assert.Equal("示例人", referral.Name);
        referral.Amend(ReferrerKind.Enterprise, "示例企业", null, administers: true, "更正", Officer.Later(2));
        Assert.Equal(("示例企业", true, Officer.By, After(2)), (referral.Name, referral.IsFrozen, referral.ApprovedBy, referral.ApprovedAt));
    }

    [Fact]
    public void A_leave_may_be_one_day_long_or_without_an_end_and_never_ends_before_it_begins()
    {
        Assert.Equal(Day0, OfficerLeave.Enter(NewId(), NewId(), Day0, Day0, null, Officer).To);
        Assert.Null(OfficerLeave.Enter(NewId(), NewId(), Day0, null, null, Officer).To);
        Refused("leave.order", () => OfficerLeave.Enter(NewId(), NewId(), Day0, Day0.AddDays(-1), null, Officer));
    }

    [Fact]
    public void A_digest_is_made_once_on_each_working_day_from_its_hour_on()
    {
        // 08:30 in the district; day 4 is a Friday.
        var (schedule, calendar, rules) = (new DigestSchedule(), new WorkingCalendar([]), new DigestRules());
        var friday = rules.On(Day0.AddDays(4));
        Assert.Equal(Day0.AddDays(4).Begins().AddMinutes(510), friday);
        Assert.False(schedule.Turn(calendar, rules, friday.AddTicks(-1)));
        Assert.Equal(friday, schedule.DueAt);
        Assert.True(schedule.Turn(calendar, rules, friday));
        Assert.Equal((rules.On(Day0.AddDays(7)), Day0.AddDays(4)), (schedule.DueAt, schedule.LastOn));
        Assert.False(schedule.Turn(calendar, rules, friday.AddHours(1)));
        // An hour that is changed to a later one makes no second digest of the day.
        Assert.False(schedule.Turn(calendar, rules with { Hour = 18 }, friday.AddHours(10)));
        Assert.False(schedule.Turn(calendar, rules, rules.On(Day0.AddDays(5))));
        Assert.True(schedule.Turn(calendar, rules, rules.On(Day0.AddDays(7)).AddHours(3)));
    }

    [Fact]
    public void T19_The_next_years_calendar_is_asked_for_twice_in_december()
    {
        var (schedule, calendar, rules, asked) = (new DigestSchedule(), new WorkingCalendar([]), new DigestRules(), new List<DateOnly>());
        for (var day = new DateOnly(2026, 11, 20); day < new DateOnly(2028, 1, 10); day = day.AddDays(1))
        {
            if (schedule.YearToSchedule(day) is { } year && schedule.Turn(calendar, rules, rules.On(day)))
            {
                Assert.Equal(day.Year + 1, year);
                asked.Add(day);
            }
            else
            {
                schedule.Turn(calendar, rules, rules.On(day));
            }
        }

        Assert.Equal([new(2026, 12, 1), new(2026, 12, 15), new(2027, 12, 1), new(2027, 12, 15)], asked);
    }

    [Fact]
    public void A_merge_is_undone_once_and_within_30_days_and_what_was_changed_since_stays()
    {
        var into = Investor.Register(NewId(), "甲示例公司", null, "110000", Officer);
        var from = Investor.Register(NewId(), "乙示例公司", Uscc.WithCheckCharacter("91410611MAQ765432").Value, "310000", Officer);
        var after = from.Facts() with { SourceRegion = into.SourceRegion };
        InvestorMerge Merge() => InvestorMerge.Of(NewId(), into, from, after, [], [], Officer);

        var merge = Merge();
        Assert.Equal(into.Facts(), merge.Undo(after, Head.Later(30)));
        Refused("merge.undone", () => merge.Undo(after, Head.Later(30)));
        Refused("merge.tooOld", () => Merge().Undo(after, Head.At(After(30).AddTicks(1))));
        Assert.Equal(new InvestorFacts("丙示例公司", null, "440000", []), Merge()
            .Undo(after with { Name = "丙示例公司", SourceRegion = "440000" }, Head));
    }

    [Fact]
    public void An_investor_that_was_merged_is_changed_no_more_until_it_stands_for_itself_again()
    {
        var (into, from) = (Investor.Register(NewId(), "甲示例公司", null, null, Officer),
            Investor.Register(NewId(), "乙示例公司", Uscc.WithCheckCharacter("91410611MAQ765432").Value, null, Officer));
        var before = from.Facts();
        from.BecomePartOf(into, Officer);
        Assert.Equal((into.Id, null), (from.MergedIntoId, from.Uscc));
        Refused("investor.merged", () => from.Amend("丙示例公司", null, null, null, Officer));
        Refused("investor.merged", () => from.BecomePartOf(into, Officer));
        from.PartAgain(before, Officer);
        Assert.Equal((null, before), (from.MergedIntoId, from.Facts()));
    }
}
