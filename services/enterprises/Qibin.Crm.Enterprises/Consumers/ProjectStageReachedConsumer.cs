using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Enterprises.Register;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Enterprises.Consumers;

/// <summary>
/// A project that registered, or is past that, makes or links its enterprise; the date of its registration may be corrected.
/// </summary>
internal sealed class ProjectStageReachedConsumer(ProjectFollowing following) :
    IConsume<ProjectStageReached>, IConsume<ProjectStageDateCorrected>
{
    public Task ConsumeAsync(ProjectStageReached happened, Delivery delivery, CancellationToken ct) =>
        following.FollowAsync(happened.Project, delivery.Version, happened.OccurredOn, happened.To == ProjectStage.Registered, ct);

    public Task ConsumeAsync(ProjectStageDateCorrected happened, Delivery delivery, CancellationToken ct) =>
        following.FollowAsync(happened.Project, delivery.Version, happened.OccurredOn, happened.Stage == ProjectStage.Registered, ct);
}
