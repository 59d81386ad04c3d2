using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Notices;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>
/// Ends a person's access: sign-in, refresh and every token are refused at once here, and by the other services as soon as the event
/// reached them, a second or two later. The person stays in the directory, since records name them.
/// </summary>
public static class DeactivateUser
{
    /// <summary>The services whose rows belong to officers.</summary>
    private static readonly string[] WithOwners = ["leads", "projects"];

    public sealed record Request
    {
        /// <summary>Kept in the audit.</summary>
        [Needed, TextLength(1000, 2)]
        public string? Reason { get; init; }
    }

    /// <summary>What is still with the person who left; the heads of the unit are told of it and hand it over.</summary>
    public sealed record LeftReceipt : Receipt
    {
        /// <summary>Leads with the person that are not closed; null when the service gave no answer.</summary>
        public int? OpenLeads { get; init; }

        /// <summary>Projects with the person that are not terminated; null when the service gave no answer.</summary>
        public int? OpenProjects { get; init; }
    }

    internal static async Task<Results<Ok<LeftReceipt>, NotFound>> Handle(
        Guid userId, Request request, IfMatch ifMatch, IdentityDb db, Questions questions, NoticeWriter notices, Caller caller,
        TimeProvider clock, CancellationToken ct)
    {
        // Before anything is locked: a service may be slow to answer, and ending an access does not depend on it.
        var open = await Task.WhenAll(WithOwners.Select(service =>
            questions.TryAskAsync<OpenWorkQuery, OpenWorkReply>(service, new OpenWorkQuery { OfficerId = userId }, ct)));
        await db.LockDirectoryAsync(ct);
        var person = await db.People.ForUpdate(userId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(person);
        await Administrators.RefuseLastAsync(db, person, ct);
        person.Deactivate();
        await db.EndSessionsAsync(person, clock, ct);
        db.PublishState(person);
        if (open.Sum(reply => reply?.Count ?? 0) is > 0 and var count)
        {
            await notices.WriteAsync(
                db, [new(NoticeKind.OpenWork, new Audience.HeadsOver(person.Id), person.Id) { Number = count }], caller.Id, ct);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new LeftReceipt
        {
            Id = person.Id,
            Version = person.Version,
            OpenLeads = open[0]?.Count,
            OpenProjects = open[1]?.Count,
        });
    }
}
