using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Identity;

/// <summary>What the identity service alone is told.</summary>
[Settings("Identity")]
internal sealed record IdentityServiceSettings : IValidatableObject
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

    /// <summary>
    /// Roles of people who sign in with a one-time code besides the password, separated by commas, such as
    /// <c>administrator,auditor,leader</c>; nobody has to unless set. Everybody may.
    /// </summary>
    public string CodeRequiredFor { get; init; } = "";

    /// <summary>Whether one of these roles needs a one-time code.</summary>
    internal bool RequiresCode(IEnumerable<string> roles) => CodeRequiredFor
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Intersect(roles, StringComparer.Ordinal).Any();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var unknown = CodeRequiredFor.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Except(Roles.OfPeople, StringComparer.Ordinal).ToList();
        return unknown.Count == 0 ? [] : [new ValidationResult($"there is no role {unknown[0]}", [nameof(CodeRequiredFor)])];
    }
}
