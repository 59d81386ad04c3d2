using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Pipeline;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Leads.Approvals;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Subjects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.DirectoryCopy;

namespace Qibin.Crm.Leads.Consumers;

/// <summary>The events that the service consumes, and the states that it answers with.</summary>
internal static class LeadConsumers
{
    public static void Register(Subscriptions on) => on
        .ConsumeDirectory()
        .Consume<OfficerPlaced, ReaderLeftConsumer>()
        .Consume<RatesEntered, ClaimRateConsumer>()
        .AnswerLeadStates()
        .AnswerApprovals<ApprovalsAnswer>()
        .AnswerSubjects<SubjectsAnswer>()
        .AnswerOpenWork<SubjectsAnswer>()
        .Consume<EnterpriseMovedIn, EnterpriseMovedInConsumer>()
        .Consume<ProjectOpened, ProjectConsumer>()
        .Consume<ProjectStageReached, ProjectConsumer>()
        .Consume<ProjectSteppedBack, ProjectConsumer>()
        .Consume<ProjectStageDateCorrected, ProjectConsumer>()
        .Consume<ProjectStatusChanged, ProjectConsumer>()
        .Consume<ProjectAmended, ProjectConsumer>();
}
