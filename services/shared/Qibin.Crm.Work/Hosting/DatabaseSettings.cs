using System.ComponentModel.DataAnnotations;

namespace Qibin.Crm.Work.Hosting;

/// <summary>Where a service's database is.</summary>
[Settings("ConnectionStrings")]
public sealed record DatabaseSettings
{
    /// <summary>
    /// Npgsql connection string of the service's own database. Pool sizes and time limits in it are replaced by the service's own.
    /// </summary>
    [Required]
    public string Database { get; init; } = "";
}
