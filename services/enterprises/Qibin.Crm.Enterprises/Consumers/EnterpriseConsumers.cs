using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Enterprises.Approvals;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Enterprises.Subjects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.DirectoryCopy;

namespace Qibin.Crm.Enterprises.Consumers;

/// <summary>The events that the service consumes, and the questions that it answers.</summary>
internal static class EnterpriseConsumers
{
    public static void Register(Subscriptions on) => on
        .ConsumeDirectory()
        .AnswerStates<EnterprisesDb, Enterprise, EnterpriseState>(enterprise => enterprise.State())
        .Answer<ApprovalsQuery, ApprovalsReply, ApprovalsAnswer>()
        .Answer<SubjectsQuery, SubjectsReply, SubjectsAnswer>()
        .Answer<SearchQuery, SearchReply, SearchAnswer>()
        .Consume<ProjectStageReached, ProjectStageReachedConsumer>()
        .Consume<ProjectStageDateCorrected, ProjectStageReachedConsumer>()
        .Consume<ProjectAmended, ProjectAmendedConsumer>();
}
