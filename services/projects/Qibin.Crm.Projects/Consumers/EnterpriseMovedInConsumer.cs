using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Projects.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>A tenancy of the project began. The first one moves the project in.</summary>
internal sealed class EnterpriseMovedInConsumer(ProjectsDb db, TimeProvider clock) : IConsume<EnterpriseMovedIn>
{
    public Task ConsumeAsync(EnterpriseMovedIn happened, Delivery delivery, CancellationToken ct) =>
        happened.ProjectId is { } projectId
            ? db.NoteTenancyAsync(
                happened.TenancyId, projectId, happened.Enterprise.EnterpriseId, t => t.MovedInOn = happened.OccurredOn, delivery.ActorId,
                clock.GetUtcNow(), ct)
            : Task.CompletedTask;
}
