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

/// <summary>The digests of one owner; its id is the owner's.</summary>
internal sealed class OwnerDigest : Aggregate
{
    private OwnerDigest()
    {
    }

    public DateOnly LastOn { get; private set; }

    public static OwnerDigest Of(Guid ownerId) => new() { Id = ownerId };

    public void Make(DateOnly on)
    {
        LastOn = on;
        Touch();
    }
}
