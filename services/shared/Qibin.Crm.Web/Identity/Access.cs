using Microsoft.AspNetCore.Builder;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Identity;

/// <summary>Who may call an operation: people by role, integrations by scope. Published as <c>x-roles</c> and in <c>security</c>.</summary>
/// <param name="Scope">What an integration's token must carry; null when no integration may call it.</param>
/// <param name="Roles">What a person must have one of.</param>
public sealed record Access(string? Scope, IReadOnlyList<string> Roles)
{
    /// <summary>Whether this caller may ever call the operation; which rows it then sees is another question.</summary>
    public bool Permits(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.IsIntegration
            ? Scope is not null && caller.Scopes.Contains(Scope)
            : Roles.Any(caller.Roles.Contains);
    }
}

/// <summary>Classifies operations. An operation without a classification stops the service from starting.</summary>
public static class AccessConventions
{
    /// <summary>People with one of the roles, and integrations with the scope, may call this operation; others get 403.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder operation, string? scope, params string[] roles)
        where TBuilder : IEndpointConventionBuilder
    {
        var access = new Access(scope, roles);
        return operation
            .WithMetadata(access)
            .RequireAuthorization(policy => policy.RequireAuthenticatedUser()
                .RequireAssertion(context => access.Permits(Caller.From(context.User))));
    }

    /// <summary>Any signed-in person, and integrations with the scope.</summary>
    public static TBuilder AllowEverybody<TBuilder>(this TBuilder operation, string scope) where TBuilder : IEndpointConventionBuilder =>
        operation.Allow(scope, [.. Roles.OfPeople]);

    /// <summary>Any signed-in person but administrators, and integrations with the scope.</summary>
    public static TBuilder AllowTheTrade<TBuilder>(this TBuilder operation, string scope) where TBuilder : IEndpointConventionBuilder =>
        operation.Allow(scope, [.. Roles.OfTheTrade]);
}
