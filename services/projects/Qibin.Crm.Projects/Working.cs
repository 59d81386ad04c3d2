using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;

namespace Qibin.Crm.Projects;

/// <summary>What several use cases ask of callers, officers and documents.</summary>
internal static class Working
{
    /// <summary>An officer works own projects only, however far the officer's other roles see.</summary>
    /// <exception cref="Refusal">403 <c>project.notOwner</c>.</exception>
    public static void MustWork(this Caller caller, Project project)
    {
        if (!caller.IsIntegration && caller.Id != project.OwnerId && !caller.Is(Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator, Roles.Administrator))
        {
            throw new Refusal(StatusCodes.Status403Forbidden, "project.notOwner");
        }
    }

    /// <summary>The id of an officer whom the directory knows as active.</summary>
    /// <exception cref="RuleViolation"><c>project.officerUnknown</c>.</exception>
    public static async Task<Guid> ActiveOfficerAsync(this ProjectsDb db, Guid officerId, CancellationToken ct) =>
        await db.Officers.FindAsync([officerId], ct) is { Active: true } ? officerId : throw new RuleViolation("project.officerUnknown", officerId);

    /// <summary>What a document's own shape cannot say: it can be found, and was not issued in the future.</summary>
    /// <exception cref="Refusal">400 <c>value.required</c>, <c>document.locator</c> or <c>date.future</c>.</exception>
    public static void Check(this IReadOnlyList<DocumentReference> documents, TimeProvider clock, string pointer)
    {
        for (var i = 0; i < documents.Count; i++)
        {
            // JSON can put null where the type says that none is.
            ((DocumentReference?)documents[i] ?? throw Refusal.Invalid($"{pointer}/{i}", "value.required")).Check(clock, $"{pointer}/{i}");
        }
    }

    /// <inheritdoc cref="Check(IReadOnlyList{DocumentReference}, TimeProvider, string)"/>
    public static void Check(this DocumentReference document, TimeProvider clock, string pointer)
    {
        if ((document.Uri ?? document.Hash) is null)
        {
            throw Refusal.Invalid(pointer, "document.locator");
        }

        _ = clock.NotAfterToday(document.IssuedOn, pointer + "/issuedOn");
    }

    public static Receipt Receipt(this Project project) => new() { Id = project.Id, Code = project.Code, Version = project.Version };
}
