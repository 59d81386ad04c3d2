using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;

namespace Qibin.Crm.Pipeline;

/// <summary>What becomes of projects.</summary>
internal static class ProjectSubscriptions
{
    public static Subscriptions ConsumeProjects(this Subscriptions on) => on
        .Consume<ProjectOpened, ProjectOpenedConsumer>()
        .Consume<ProjectStageReached, ProjectStageReachedConsumer>()
        .Consume<ProjectSteppedBack, ProjectSteppedBackConsumer>()
        .Consume<ProjectStatusChanged, ProjectStatusChangedConsumer>()
        .Consume<FundsPaidIn, FundsPaidInConsumer>()
        .Consume<InvestmentCompleted, InvestmentCompletedConsumer>()
        .Consume<ProjectAmended, ProjectAmendedConsumer>()
        .Consume<ProjectMovedIn, ProjectMovedInConsumer>();
}
