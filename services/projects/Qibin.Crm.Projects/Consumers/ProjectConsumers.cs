using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Pipeline;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.DirectoryCopy;
using Qibin.Crm.Projects.Approvals;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Projects.Subjects;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>The events that the service consumes, and the questions that it answers.</summary>
internal static class ProjectConsumers
{
    public static void Register(Subscriptions on) => on
        .ConsumeDirectory()
        .Consume<RatesEntered, RateConsumer>()
        .AnswerStates<ProjectsDb, Project, ProjectState>(project => project.State())
        .AnswerApprovals<ApprovalsAnswer>()
        .AnswerSubjects<SubjectsAnswer>()
        .AnswerOpenWork<SubjectsAnswer>()
        .Consume<LeadConverted, LeadConvertedConsumer>()
        .Consume<LeadAmended, LeadConsumer>()
        .Consume<LeadAssigned, LeadConsumer>()
        .Consume<LeadStageDateCorrected, LeadConsumer>()
        .Consume<EnterpriseRegistered, EnterpriseRegisteredConsumer>()
        .Consume<EnterpriseMovedIn, EnterpriseMovedInConsumer>()
        .Consume<EnterpriseLeft, EnterpriseLeftConsumer>();
}
