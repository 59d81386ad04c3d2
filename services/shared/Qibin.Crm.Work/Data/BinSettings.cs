using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Work.Data;

/// <summary>The bin 回收站.</summary>
[Settings("Bin")]
public sealed record BinSettings
{
    /// <summary>Days for which something that was put into the bin can be restored; it is erased after them.</summary>
    [Range(1, 3650)]
    public int Days { get; init; } = 30;

    /// <summary>Until when something can be restored that is removed now.</summary>
    public DateTimeOffset Until(DateTimeOffset now) => now.AddDays(Days);
}
