using System.ComponentModel;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>When the daily digest is made, in the district's time.</summary>
public sealed record DigestRules : IRules
{
    static Guid IRules.Id { get; } = new("0191d000-0000-7000-8000-000000000005");

    [DefaultValue(8)]
    public int Hour { get; init; } = 8;

    [DefaultValue(30)]
    public int Minute { get; init; } = 30;

    internal DateTimeOffset On(DateOnly day) => day.Begins().AddMinutes((Hour * 60) + Minute);
}

/// <summary>When digests are made next; there is one.</summary>
internal sealed class DigestSchedule
{
    public Guid Id { get; private init; }
    public DateTimeOffset? DueAt { get; private set; }

    /// <summary>The day of the latest digests: one a day, whatever becomes of the hour.</summary>
    public DateOnly? LastOn { get; private set; }

    /// <summary>
    /// The year whose calendar is to be asked for now: the next one, at the first digests of December and again at the first after the
    /// 15th. The schedule is published in November. Call it before <see cref="Turn"/>.
    /// </summary>
    public int? YearToSchedule(DateOnly today)
    {
        DateOnly? since = today is { Month: 12, Day: >= 15 } ? new(today.Year, 12, 15) : today.Month == 12 ? new(today.Year, 12, 1) : null;
        return since is not null && (LastOn ?? DateOnly.MinValue) < since ? today.Year + 1 : null;
    }

    /// <summary>Goes on to the next working day's hour.</summary>
    /// <returns>Whether today's digests are to be made: on a working day, at its hour or later, once.</returns>
    public bool Turn(WorkingCalendar calendar, DigestRules rules, DateTimeOffset now)
    {
        var today = now.OnDay();
        var make = calendar.IsWorkingDay(today) && now >= rules.On(today) && !(LastOn >= today);
        LastOn = make ? today : LastOn;
        var next = calendar.OnOrAfter(now >= rules.On(today) || LastOn >= today ? today.AddDays(1) : today);
        DueAt = rules.On(next);
        return make;
    }
}

/// <summary>What is told of one officer; its id is the officer's, its versions give the order.</summary>
internal sealed class OfficerNews : Aggregate
{
    private OfficerNews()
    {
    }

    public DateOnly LastOn { get; private set; }

    public static OfficerNews Of(Guid officerId) => new() { Id = officerId };

    /// <summary>Something is told of this day.</summary>
    public void Tell(DateOnly on)
    {
        LastOn = on;
        Touch();
    }
}
