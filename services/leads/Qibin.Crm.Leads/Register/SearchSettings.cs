using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Leads.Register;

/// <summary>How leads are searched.</summary>
[Settings("Search")]
internal sealed record SearchSettings
{
    /// <summary>
    /// Leads that a search passes in the order of the list, in each part of what its caller sees, before it asks the index of words: 10 ms
    /// or less by default.
    /// </summary>
    [Range(0, 10_000_000)]
    public int Walk { get; init; } = 40_000;
}
