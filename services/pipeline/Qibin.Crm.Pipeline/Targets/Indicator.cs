namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Whose targets and scores: units or owners, each by itself.</summary>
public enum AssessedBy { Unit, Owner }

/// <summary>A quantity of an indicator: a number of projects or an amount in CNY, whichever the indicator is about.</summary>
public sealed record Measure
{
    /// <summary>Projects, to four decimals: of a project that units share each has a part.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Count { get; init; }

    /// <summary>In CNY.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? Amount { get; init; }

    internal static Measure Of(Indicator indicator, decimal value) =>
        // Divided by a one of many decimals, a number loses the zeros at its end.
        indicator.IsAmount() ? new() { Amount = new Money(value, Money.Home) }
            : new() { Count = value / 1.0000000000000000000000000000m };

    /// <summary>The value of a request that gives one of the two.</summary>
    /// <exception cref="Refusal">400 <c>value.required</c>, <c>measure.other</c>, <c>measure.currency</c>,
    /// <c>measure.negative</c>.</exception>
    internal static decimal Read(Indicator indicator, decimal? count, Money? amount, string pointer)
    {
        var (given, other) = indicator.IsAmount() ? ("/amount", "/count") : ("/count", "/amount");
        return (indicator.IsAmount() ? amount?.Amount : count) is not { } value ? throw Refusal.Invalid(pointer + given, "value.required")
            : count is not null && amount is not null ? throw Refusal.Invalid(pointer + other, "measure.other")
            : amount is { Currency: not Money.Home } ? throw Refusal.Invalid(pointer + given, "measure.currency")
            : value < 0 ? throw Refusal.Invalid(pointer + given, "measure.negative")
            : value;
    }
}

internal static class Indicators
{
    public static bool IsAmount(this Indicator indicator) => indicator is Indicator.SignedAmount or Indicator.PaidInFunds;

    /// <summary>The milestone that lets a project count; funds count when they are paid in.</summary>
    public static MilestoneKind? Milestone(this Indicator indicator) => indicator switch
    {
        Indicator.SignedProjects or Indicator.SignedAmount => MilestoneKind.Signed,
        Indicator.StartedProjects => MilestoneKind.Started,
        Indicator.ProducingProjects => MilestoneKind.Producing,
        _ => null,
    };
}
