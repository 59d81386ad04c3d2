using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>The rules of the assessment by themselves, for any input.</summary>
public sealed class AssessmentRuleTests
{
    [Fact]
    public void A_project_counts_in_one_year_at_most_and_on_no_day_that_it_does_not_hold_the_stage()
    {
        var counted = 0;
        for (var seed = 0; seed < 5_000; seed++)
        {
            var dice = new Random(seed);
            var reachings = Enumerable.Range(0, dice.Next(1, 6)).Select(_ => Reached(dice)).ToList();
            var years = Enumerable.Range(2023, 5).Where(y => Counting.CountedOn(reachings, y, new DateOnly(y, 12, 31)) is not null)
                .ToList();
            Assert.True(years.Count <= 1, $"seed {seed}: {string.Join(' ', years)} of {string.Join(' ', reachings)}");
            counted += years.Count;
            // Whatever holds at the end of its year has been counted in one.
            Assert.Equal(reachings.Exists(r => r.HoldsOn(new DateOnly(r.On.Year, 12, 31))), years.Count == 1);

            var day = new DateOnly(2023, 1, 1).AddDays(dice.Next(1500));
            if (Counting.CountedOn(reachings, day.Year, day) is { } on)
            {
                Assert.True(on <= day && on.Year == day.Year && reachings.Exists(r => r.On == on && r.HoldsOn(day)));
                Assert.DoesNotContain(reachings, r => r.On < on && r.On.Year == day.Year && r.HoldsOn(day));
            }
        }

        Assert.True(counted > 1_000);

        static Reaching Reached(Random dice)
        {
            var on = new DateOnly(2023, 1, 1).AddDays(dice.Next(1500));
            // Sometimes taken back as of a day before it was reached: it then never held.
            return new Reaching(on, dice.Next(2) == 0 ? null : on.AddDays(dice.Next(-20, 500)));
        }
    }

    [Fact]
    public void A_stage_that_was_taken_back_within_its_year_counts_when_it_is_reached_again_and_later_it_does_not()
    {
        var (first, again) = (new DateOnly(2025, 3, 1), new DateOnly(2026, 2, 1));
        Reaching[] corrected = [new(first, new DateOnly(2025, 12, 31)), new(again, null)];
        Assert.Null(Counting.CountedOn(corrected, 2025, new DateOnly(2025, 12, 31)));
        Assert.Equal(first, Counting.CountedOn(corrected, 2025, new DateOnly(2025, 12, 30)));
        Assert.Equal(again, Counting.CountedOn(corrected, 2026, new DateOnly(2026, 12, 31)));

        Reaching[] spent = [new(first, new DateOnly(2026, 1, 1)), new(again, null)];
        Assert.Equal(first, Counting.CountedOn(spent, 2025, new DateOnly(2025, 12, 31)));
        Assert.Null(Counting.CountedOn(spent, 2026, new DateOnly(2026, 12, 31)));
    }

    [Fact]
    public void Parts_add_up_to_the_whole_whatever_is_divided_and_no_part_is_off_by_more_than_what_was_cut()
    {
        for (var seed = 0; seed < 5_000; seed++)
        {
            var dice = new Random(seed);
            var decimals = dice.Next(2) == 0 ? 2 : 4;
            var value = decimals == 4 ? 1 : dice.NextInt64(-1_000_000_000_000, 1_000_000_000_000_000) / 100m;
            var cuts = Enumerable.Range(0, dice.Next(0, 6)).Select(_ => dice.Next(10_001)).Order().ToList();
            var shares = cuts.Append(10_000)
                .Zip(cuts.Prepend(0), (to, from) => new TransferShare { UnitId = Trade.NewId(), Credit = to - from, Tax = 0 }).ToList();

            var parts = Parts.Divide(value, shares, decimals);

            Assert.Equal(value, parts.Sum(p => p.Value));
            Assert.Equal(Parts.Whole, parts.Sum(p => p.Share));
            var unit = decimals == 2 ? 0.01m : 0.0001m;
            foreach (var part in parts)
            {
                Assert.Equal(shares.Single(s => s.UnitId == part.UnitId).Credit, part.Share);
                Assert.True(Math.Abs(part.Value - (value * part.Share / Parts.Whole)) < unit * shares.Count);
                Assert.Equal(part.Value, Math.Round(part.Value, decimals));
            }
        }
    }

    [Theory]
    [InlineData(2026, 1, 1, 1, 365)]
    [InlineData(2026, 7, 2, 183, 365)]
    [InlineData(2026, 12, 31, 365, 365)]
    [InlineData(2028, 2, 29, 60, 366)]
    [InlineData(2028, 12, 31, 366, 366)]
    public void Of_a_year_has_gone_by_what_its_days_through_that_day_are(int year, int month, int day, int days, int of)
    {
        var elapsed = Elapsed.Through(new DateOnly(year, month, day));
        Assert.Equal((days, of), (elapsed.Days, elapsed.Of));
    }

    [Fact]
    public void A_target_is_on_schedule_exactly_when_its_share_is_that_of_the_year()
    {
        for (var seed = 0; seed < 5_000; seed++)
        {
            var dice = new Random(seed);
            var elapsed = Elapsed.Through(new DateOnly(2024, 1, 1).AddDays(dice.Next(1500)));
            var target = dice.Next(1, 500) * (decimal)elapsed.Of;
            var due = target / elapsed.Of * elapsed.Days;
            Assert.Equal((true, 1m), (elapsed.IsKept(due, target)!.Value, elapsed.Rate(due, target)!.Value));
            Assert.False(elapsed.IsKept(due - 0.0001m, target));
            var score = dice.Next(1, 1_000_000) / 100m;
            Assert.True(Math.Abs((score / target * elapsed.Of / elapsed.Days) - elapsed.Rate(score, target)!.Value) <= 0.0001m);
            Assert.True(Math.Abs((score / target) - Elapsed.Completion(score, target)!.Value) <= 0.0001m);
            Assert.Null(elapsed.Rate(score, 0) ?? Elapsed.Completion(score, 0));
        }
    }
}
