using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>The common parts of all steps of an application: who takes it, the locked application, and the event of a move.</summary>
internal static class EntryChanges
{
    /// <summary>A step that the caller takes.</summary>
    public static Step StepOf(this TimeProvider clock, Caller caller, DateOnly? on, string? opinion = null, string pointer = "/on") =>
        new(clock.NotAfterToday(on, pointer), caller.Id, caller.Id, clock.GetUtcNow(), opinion, caller.IsIntegration);

    /// <summary>The whole application of these, locked; null when there is none.</summary>
    public static Task<EntryApplication?> WholeForUpdate(
        this IQueryable<EntryApplication> rows, Guid applicationId, CancellationToken ct) =>
        rows.Locked(applicationId).Include(a => a.Moves).Include(a => a.Reviews).Include(a => a.Occupations).AsSplitQuery()
            .SingleOrDefaultAsync(ct);

    /// <summary>Publishes the latest move.</summary>
    public static void PublishMove(this EnterprisesDb db, EntryApplication application, EntryState from) =>
        db.Publish(application, new EntryApplicationMoved
        {
            ApplicationId = application.Id,
            EnterpriseId = application.EnterpriseId,
            ProjectId = application.ProjectId,
            From = from,
            To = application.State,
            OccurredOn = application.StateOn,
        }, About(application.EnterpriseId, application.ProjectId));

    /// <summary>What an event about an application or a tenancy is about: its enterprise, and the project that it is for.</summary>
    public static Guid[] About(Guid enterpriseId, Guid? projectId) => projectId is { } project ? [enterpriseId, project] : [enterpriseId];

    public static Receipt Receipt(this EntryApplication application) =>
        new() { Id = application.Id, Code = application.Code, Version = application.Version };
}
