using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using static Qibin.Crm.Projects.Tests.Domain.Sample;

namespace Qibin.Crm.Projects.Tests.Domain;

/// <summary>Sums of paid-in funds and completed investment.</summary>
public sealed class AmountTests
{
    [Theory]
    [InlineData(AmountKind.PaidIn)]
    [InlineData(AmountKind.CompletedInvestment)]
    public void Sums_are_per_kind_and_currency_and_a_reversal_takes_its_entry_out(AmountKind kind)
    {
        var project = At(ProjectStage.Signed);
        Record(project, kind, new Money(7, "USD"));
        Record(project, kind, City.Cny(100.25m));
        var wrong = Record(project, kind, City.Cny(50));
        Assert.Equal([City.Cny(150.25m), new Money(7, "USD")], Sums(project, kind));
        Assert.Empty(Sums(project, 1 - kind));

        var reversal = project.Reverse(City.NewId(), wrong, "重复登记", Approver, Now);
        Assert.Equal((kind, City.Cny(-50), wrong.OccurredOn, wrong.Id),
            (reversal.Kind, reversal.Amount, reversal.OccurredOn, reversal.ReversalOf!.Value));
        Assert.Equal([City.Cny(100.25m), new Money(7, "USD")], Sums(project, kind));
        Assert.Equal("amount.isReversal", CodeOf(() => project.Reverse(City.NewId(), reversal, "x", Approver, Now)));
    }

    [Fact]
    public void An_entry_needs_a_signed_project_that_is_not_terminated()
    {
        Assert.Equal("contract.notSigned", CodeOf(() => Record(Opened(), AmountKind.PaidIn, City.Cny(1))));
        var project = At(ProjectStage.Signed);
        project.ChangeStatus(ProjectStatus.Suspended, "x", Day.AddDays(5), Approver, null, Now);
        Record(project, AmountKind.PaidIn, City.Cny(1));
        project.ChangeStatus(ProjectStatus.Terminated, "x", Day.AddDays(5), Approver, null, Now);
        Assert.Equal("project.terminated", CodeOf(() => Record(project, AmountKind.PaidIn, City.Cny(1))));
    }

    [Fact]
    public void A_sum_stays_below_ten_to_the_fifteenth()
    {
        var project = At(ProjectStage.Signed);
        Record(project, AmountKind.PaidIn, City.Cny(999_999_999_999_999.9998m));
        Assert.Equal("amount.tooLarge", CodeOf(() => Record(project, AmountKind.PaidIn, City.Cny(0.0002m))));
        Record(project, AmountKind.PaidIn, City.Cny(0.0001m));
        Record(project, AmountKind.PaidIn, new Money(1, "USD"));
    }

    [Fact]
    public void N12_An_amount_and_a_correction_have_no_date_before_signing()
    {
        var project = At(ProjectStage.Signed);
        var signed = project.StageOn;
        void Pay(DateOnly on) => project.Record(
            City.NewId(), AmountKind.PaidIn, City.Cny(1), on, FundsOrigin.Domestic, null, Officer, Now);
        void Correct(DateOnly on) => Contract(project, City.Cny(7), on);
        foreach (var act in (Action<DateOnly>[])[Pay, Correct])
        {
            foreach (var early in (DateOnly[])[new(2001, 1, 1), signed.AddDays(-1)])
            {
                var refused = Assert.Throws<RuleViolation>(() => act(early));
                Assert.Equal("amount.dateBeforeSigning", refused.Code);
                Assert.Contains(signed.ToString("O", System.Globalization.CultureInfo.InvariantCulture), refused.Arguments);
            }
        }

        Assert.Empty(project.PaidIn);
        Pay(signed);
        Correct(signed);
    }

    private static AmountEntry Record(Project project, AmountKind kind, Money amount) =>
        project.Record(City.NewId(), kind, amount, Day.AddDays(2), kind == AmountKind.PaidIn
            ? FundsOrigin.Domestic
            : null, null, Officer, Now);

    private static Money[] Sums(Project project, AmountKind kind) =>
        kind == AmountKind.PaidIn ? project.PaidIn : project.CompletedInvestment;
}
