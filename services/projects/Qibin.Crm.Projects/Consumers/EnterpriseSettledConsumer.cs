using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Projects.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>A tenancy of the project began: its first one settles the project.</summary>
internal sealed class EnterpriseSettledConsumer(ProjectsDb db, TimeProvider clock) : IConsume<EnterpriseSettled>
{
    public Task ConsumeAsync(EnterpriseSettled happened, Delivery delivery, CancellationToken ct) =>
        happened.ProjectId is { } projectId
            ? db.NoteTenancyAsync(
                happened.TenancyId, projectId, happened.Enterprise.EnterpriseId, t => t.SettledOn = happened.OccurredOn, delivery.ActorId, clock.GetUtcNow(), ct)
            : Task.CompletedTask;
}
