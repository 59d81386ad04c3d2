using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Privacy;

namespace Qibin.Crm.Identity.Users;

/// <summary>
/// A person of the directory. Phone and e-mail are always masked here; see <c>unmaskUser</c> and, for oneself, <c>readMe</c>.
/// </summary>
public sealed record UserAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required string UserName { get; init; }
    public required string DisplayName { get; init; }

    /// <summary>Masked: <c>138****1234</c>.</summary>
    public string? Phone { get; init; }

    /// <summary>Masked: <c>z****@example.com</c>.</summary>
    public string? Email { get; init; }

    [Named]
    public required Guid UnitId { get; init; }

    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Codes of the industry chains this person answers for.</summary>
    public required IReadOnlyList<string> Chains { get; init; }

    public required bool Active { get; init; }
    public required long Version { get; init; }

    internal static UserAnswer From(Person person) => new()
    {
        Id = person.Id,
        UserName = person.UserName,
        DisplayName = person.DisplayName,
        Phone = Masks.Phone(person.Phone),
        Email = Masks.Email(person.Email),
        UnitId = person.UnitId,
        Roles = person.Roles,
        Chains = person.Chains,
        Active = person.Active,
        Version = person.Version,
    };
}

/// <summary>A person with a new password, which is shown only this once.</summary>
public sealed record PasswordReceipt : Receipt, IToldOnce
{
    /// <summary>To be handed to the person, who replaces it at the next sign-in. A repeat of the request is answered without it.</summary>
    public string? Password { get; init; }

    IReceipt IToldOnce.Kept => this with { Password = null };
}

/// <summary>The users' operations.</summary>
internal static class UserOperations
{
    public static void MapUsers(this RouteGroupBuilder api)
    {
        api.MapGet("/users", ReadUsers.List).AllowEverybody(Scopes.DirectoryRead).WithMetadata(ReadUsers.Listing)
            .WithName("listUsers").WithSummary("人员列表 · People");
        api.MapGet("/users/{userId:guid}", ReadUsers.Read).AllowEverybody(Scopes.DirectoryRead)
            .WithName("readUser").WithSummary("人员详情 · One person");
        api.MapPost("/users", CreateUser.Handle).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("createUser").WithSummary("新建人员，返回一次性初始密码 · Create a person; the first password is shown once");
        api.MapPatch("/users/{userId:guid}", AmendUser.Handle).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("amendUser").WithSummary("修改人员、部门、角色 · Amend a person, unit and roles");
        api.MapPost("/users/{userId:guid}/password-reset", ResetPassword.Handle).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("resetPassword").WithSummary("重置密码 · Give a new password");
        api.MapPost("/users/{userId:guid}/deactivation", DeactivateUser.Handle).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("deactivateUser").WithSummary("停用人员 · Deactivate a person");
        api.MapPost("/users/{userId:guid}/reactivation", ReactivateUser.Handle).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("reactivateUser").WithSummary("恢复人员 · Reactivate a person");
        api.MapPost("/users/{userId:guid}/authenticator-removal", RemoveAuthenticator.Handle).Allow(null, Roles.Administrator)
            .WithName("removeAuthenticator").WithSummary("解除遗失的身份验证器 · Remove a person's lost authenticator");
        api.MapPost("/users/{userId:guid}/unmasking", UnmaskUser.Handle).Allow(null, Roles.Administrator)
            .WithName("unmaskUser").WithSummary("查看完整联系方式（记入审计）· See phone and e-mail unmasked, audited");
    }
}
