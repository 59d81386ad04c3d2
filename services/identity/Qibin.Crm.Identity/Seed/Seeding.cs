using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Tokens;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Seed;

internal static class SeedHost
{
    /// <summary>Makes <c>migrate</c> create what the seed file names.</summary>
    public static WebApplicationBuilder AddSeed(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IMigrationStep, Seeding>();
        return builder;
    }
}

/// <summary>
/// Creates what the file at <c>Identity:Seed</c> names and is absent, in one transaction, and publishes it to the other services. A file
/// that names an unknown unit, role, chain or scope, or a weak password, ends the migration with its reason.
/// </summary>
internal sealed class Seeding(IServiceScopeFactory scopes, IOptions<IdentityServiceSettings> settings, TimeProvider clock) : IMigrationStep
{
    private const int ShortestSecret = 32;

    public async Task RunAsync(CancellationToken ct)
    {
        if (settings.Value.Seed is not { Length: > 0 } path)
        {
            return;
        }

        var file = await SeedFile.ReadAsync(path, ct);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        await using var transaction = await db.BeginAsync(ct);
        await db.LockDirectoryAsync(ct);
        await SeedUnitsAsync(file, db, ct);
        await SeedUsersAsync(file, db, scope.ServiceProvider.GetRequiredService<UserManager<Person>>(), ct);
        await SeedClientsAsync(file, db, scope.ServiceProvider.GetRequiredService<ClientApplications>(), ct);
        await transaction.CommitAsync(ct);
    }

    private async Task SeedUnitsAsync(SeedFile file, IdentityDb db, CancellationToken ct)
    {
        var known = await db.Units.ToDictionaryAsync(u => u.Code, u => u.Id, StringComparer.Ordinal, ct);
        foreach (var wanted in file.Units.Where(u => !known.ContainsKey(u.Code)))
        {
            var parent = wanted.ParentCode is null ? (Guid?)null : Known(known, wanted.ParentCode, $"parent of unit {wanted.Code}");
            var unit = Unit.Define(NewId(), wanted.Code, wanted.Name, wanted.NameEn, parent);
            known.Add(unit.Code, unit.Id);
            db.Add(unit);
            db.PublishState(unit);
        }

        await db.SaveChangesAsync(ct);
    }

    private async Task SeedUsersAsync(SeedFile file, IdentityDb db, UserManager<Person> users, CancellationToken ct)
    {
        var units = await db.Units.ToDictionaryAsync(u => u.Code, u => u.Id, StringComparer.Ordinal, ct);
        foreach (var wanted in file.Users)
        {
            var normalized = users.NormalizeName(wanted.UserName);
            if (await db.People.AnyAsync(p => p.NormalizedUserName == normalized, ct))
            {
                continue;
            }

            Demand(Roles.OfPeople.Contains(wanted.Role), $"role {wanted.Role} of {wanted.UserName}");
            Demand(wanted.Chains.All(IndustryChains.Exists), $"an industry chain of {wanted.UserName}");
            var person = Person.Register(NewId(), wanted.UserName, wanted.DisplayName, null, null,
                Known(units, wanted.Unit, $"unit of {wanted.UserName}"), [wanted.Role], wanted.Chains, mustChangePassword: false);
            person.NormalizedUserName = normalized!;
            Demand(await PasswordRules.KeepAsync(users, person, wanted.Password),
                $"password of {wanted.UserName} (12 to 200 characters, hard to guess, without the user name)");
            db.Add(person);
            db.PublishState(person);
            await db.SaveChangesAsync(ct);
        }
    }

    private async Task SeedClientsAsync(SeedFile file, IdentityDb db, ClientApplications applications, CancellationToken ct)
    {
        foreach (var wanted in file.Clients)
        {
            if (await db.Clients.AnyAsync(c => c.ClientId == wanted.ClientId, ct)
                || await applications.FindByClientIdAsync(wanted.ClientId, ct) is not null)
            {
                continue;
            }

            Demand(wanted.Scopes.Length > 0 && wanted.Scopes.All(Scopes.All.Contains), $"a scope of client {wanted.ClientId}");
            Demand(wanted.ClientSecret.Length >= ShortestSecret,
                $"secret of client {wanted.ClientId} ({ShortestSecret} characters or more)");
            var client = Client.Register(
                NewId(), wanted.ClientId, wanted.DisplayName, wanted.Scopes, wanted.ClientSecret, Client.SecretLifetime, clock.GetUtcNow());
            db.Add(client);
            await applications.AddAsync(client, ct);
        }
    }

    private Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());

    private static Guid Known(Dictionary<string, Guid> units, string code, string what)
    {
        Demand(units.ContainsKey(code), $"{what}: {code}");
        return units[code];
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The file at Identity:Seed is not valid: {what}.");
        }
    }
}
