using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Enterprises.Register;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Enterprises.Consumers;

/// <summary>A project became confidential or open, changed its readers or officer, or corrected its enterprise's code.</summary>
internal sealed class ProjectAmendedConsumer(ProjectFollowing following) : IConsume<ProjectAmended>
{
    public Task ConsumeAsync(ProjectAmended happened, Delivery delivery, CancellationToken ct) =>
        following.FollowAsync(happened.Project, delivery.Version, happened.Project.StageOn, registers: false, ct);
}
