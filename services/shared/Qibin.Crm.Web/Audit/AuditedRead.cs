using Microsoft.AspNetCore.Builder;

namespace Qibin.Crm.Web.Audit;

/// <summary>Marks a GET whose every answer is audited: it takes data out of the system, or looks at the audit itself.</summary>
public sealed record AuditedRead;

/// <summary>Audits reads.</summary>
public static class AuditConventions
{
    public static TBuilder AuditEachRead<TBuilder>(this TBuilder operation) where TBuilder : IEndpointConventionBuilder =>
        operation.WithMetadata(new AuditedRead());
}
