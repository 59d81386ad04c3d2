using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>What all steps of an application share: who takes it, the locked application, and the event of a move.</summary>
internal static class EntryChanges
{
    /// <summary>A step that the caller takes.</summary>
    public static Step StepOf(this TimeProvider clock, Caller caller, DateOnly? on, string? opinion = null, string pointer = "/on") =>
        new(clock.NotAfterToday(on, pointer), caller.Id, caller.Id, clock.GetUtcNow(), opinion);

    /// <summary>The whole application, locked, or null when the caller may not know of it.</summary>
    public static Task<EntryApplication?> ForChangeAsync(this EnterprisesDb db, Guid applicationId, Caller caller, CancellationToken ct) =>
        db.EntryApplications.Locked(applicationId).DisclosedTo(caller)
            .Include(a => a.Moves).Include(a => a.Reviews).Include(a => a.Occupations).AsSplitQuery().SingleOrDefaultAsync(ct);

    /// <summary>An officer changes only what that officer drafted.</summary>
    /// <exception cref="RuleViolation"><c>entry.ownProjectOnly</c>.</exception>
    public static void MayChange(this Caller caller, EntryApplication application)
    {
        if (!caller.IsIntegration && !caller.Is(Writers.Roles) && application.DraftedBy != caller.Id)
        {
            throw new RuleViolation("entry.ownProjectOnly");
        }
    }

    /// <summary>Tells the others of the move that was made last.</summary>
    public static void PublishMove(this EnterprisesDb db, EntryApplication application, EntryState from) =>
        db.Publish(application, new EntryApplicationMoved
        {
            ApplicationId = application.Id,
            EnterpriseId = application.EnterpriseId,
            ProjectId = application.ProjectId,
            From = from,
            To = application.State,
            OccurredOn = application.StateOn,
        });

    public static Receipt Receipt(this EntryApplication application) =>
        new() { Id = application.Id, Code = application.Code, Version = application.Version };
}
