using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Messaging;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.Identity.Notices;

/// <summary>Notices: by which events they come, and when digests and e-mails are made.</summary>
internal static class NoticesHost
{
    public static void Register(Subscriptions on) => on
        .Consume<LeadAssigned, NoticeConsumer>()
        .Consume<TalksOverlapped, NoticeConsumer>()
        .Consume<VisitsClashed, NoticeConsumer>()
        .Consume<TransferMoved, NoticeConsumer>()
        .Consume<ClaimMoved, NoticeConsumer>()
        .Consume<PoolWarned, NoticeConsumer>()
        .Consume<LeadPooled, NoticeConsumer>()
        .Consume<ResponseBreached, NoticeConsumer>()
        .Consume<UnmaskingLimitReached, NoticeConsumer>()
        .Consume<CalendarMissing, NoticeConsumer>()
        .Consume<ProjectStageReached, NoticeConsumer>()
        .Consume<ProjectSteppedBack, NoticeConsumer>()
        .Consume<ProjectStatusChanged, NoticeConsumer>()
        .Consume<ProjectStageDateCorrected, NoticeConsumer>()
        .Consume<ProjectMoveDateCorrected, NoticeConsumer>()
        .Consume<ProjectContractCorrected, NoticeConsumer>()
        .ConsumeEvery<ICommentEvent, NoticeConsumer>()
        .Consume<DigestMade, DigestConsumer>();

    public static void AddNotices(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<MailSettings>();
        services.AddSingleton<NoticeWriter>().AddSingleton<Digests>().AddSingleton<Mailer>();
        services.AddDueWork<IdentityDb>("pending_digest", provider => provider.GetRequiredService<Digests>().MakeAsync);
        services.AddDueWork<IdentityDb>("mailing", provider => provider.GetRequiredService<Mailer>().SendAsync);
        services.AddCleanup(new CleanupRule("notice", $"at < $1 - interval '{Domain.Notice.KeptDays} days'", TimeSpan.FromHours(1)));
    }
}
