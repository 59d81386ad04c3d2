using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Identity;

/// <summary>What the identity service alone is told.</summary>
[Settings("Identity")]
internal sealed record IdentityServiceSettings
{
    /// <summary>
    /// Path of a JSON file that names the units, users and clients to create when they are absent; <c>migrate</c> reads it.
    /// </summary>
    public string? Seed { get; init; }

    /// <summary>
    /// 32 bytes in base64 from the deployment's secret store, under which signing and encryption keys are kept in the database
    /// (AES-256-GCM). Without it whoever can read the database or its backups can sign tokens.
    /// </summary>
    public string? KeyEncryptionKey { get; init; }
}
