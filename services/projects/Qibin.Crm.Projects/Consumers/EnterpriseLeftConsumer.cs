using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Projects.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>A tenancy of the project ended. With the last one the enterprise has left the city.</summary>
internal sealed class EnterpriseLeftConsumer(ProjectsDb db, TimeProvider clock) : IConsume<EnterpriseLeft>
{
    public Task ConsumeAsync(EnterpriseLeft happened, Delivery delivery, CancellationToken ct) =>
        happened.ProjectId is { } projectId
            ? db.NoteTenancyAsync(
                happened.TenancyId, projectId, happened.Enterprise.EnterpriseId, t => t.LeftOn = happened.OccurredOn, delivery.ActorId,
                clock.GetUtcNow(), ct)
            : Task.CompletedTask;
}
