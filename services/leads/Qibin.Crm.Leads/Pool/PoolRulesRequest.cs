using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Pool;

/// <summary>The rules of the pool, all of them.</summary>
public sealed record PoolRulesRequest
{
    /// <summary>Whether leads go into the pool by themselves.</summary>
    [Needed]
    public bool? Enabled { get; init; }

    /// <summary>
    /// The day from which silence counts, so that switching the rules on pools nothing at once: shipped with the day of installation;
    /// the day of the change when left out.
    /// </summary>
    [BusinessDate]
    public DateOnly? StartOn { get; init; }

    /// <summary>Days without a contact after which a lead goes into the pool.</summary>
    [Needed, NumberRange(1, 730)]
    public int? IdleDays { get; init; }

    /// <summary>Days before that on which its owner is warned; 0 warns nobody.</summary>
    [Needed, NumberRange(0, 90)]
    public int? WarningDays { get; init; }

    /// <summary>Leads that one officer may pick on one day.</summary>
    [Needed, NumberRange(1, 100)]
    public int? DailyPicks { get; init; }

    /// <summary>Days for which a lead does not go back to the officer that it was with.</summary>
    [Needed, NumberRange(0, 730)]
    public int? ReturnDays { get; init; }

    internal PoolRules Rules() => new()
    {
        Enabled = Enabled!.Value,
        StartOn = StartOn,
        IdleDays = IdleDays!.Value,
        WarningDays = WarningDays!.Value,
        DailyPicks = DailyPicks!.Value,
        ReturnDays = ReturnDays!.Value,
    };
}
