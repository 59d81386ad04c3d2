namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Domain;

/// <summary>As the domain should be: found by no rule.</summary>
internal sealed class Lead(Guid id, DateTimeOffset openedAt)
{
    public Guid Id => id;

    public bool IsOpenAt(DateTimeOffset now) => openedAt <= now && new[] { 1, 2 }.Any(n => n > 1);
}
