using MimeKit;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Servers;

namespace Qibin.Crm.Identity.Tests;

/// <summary>An identity service that sends its notices through a mail server.</summary>
public class MailFixture : IdentityFixture
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "qibin-mail-" + IdentityFixture.NewId().ToString("N"));

    public PrivateMail Mail { get; private set; } = null!;

    protected virtual string Security => "none";

    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Mail:Host"] = "127.0.0.1",
        ["Mail:Port"] = Mail.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["Mail:Security"] = Security,
        ["Mail:From"] = "notices@qibin.example",
        ["Mail:QuietFrom"] = "0",
        ["Mail:QuietUntil"] = "0",
    };

    public override async ValueTask InitializeAsync()
    {
        Mail = await PrivateMail.StartAsync(_directory);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Mail.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same with encryption, which that server does not offer.</summary>
public sealed class StrictMailFixture : MailFixture
{
    protected override string Security => "startTls";
}

public sealed class MailTests(MailFixture identity) : IClassFixture<MailFixture>
{
    [Fact]
    public async Task I2_Unread_notices_are_sent_in_one_e_mail_once_and_again_when_the_server_was_away()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var path = "/api/v1/users/" + identity.AdministratorId;
        (await admin.PatchAsync(path, new { email = "admin@qibin.example" }, (await admin.GetAsync(path)).ETag)).Is(200);

        await TellAsync(2031);
        await TellAsync(2032);
        await identity.Service.RunDueAsync();
        var sent = await MimeMessage.LoadAsync(Assert.Single(identity.Mail.Accepted));
        Assert.Equal(("admin@qibin.example", "notices@qibin.example"),
            (sent.To.Mailboxes.Single().Address, sent.From.Mailboxes.Single().Address));
        Assert.Equal("淇滨招商：2 条新通知 · 2 new notices", sent.Subject);
        Assert.Equal(2, sent.TextBody!.Split("尚未录入下一年度的节假日安排").Length - 1);
        Assert.Contains(identity.Address.AbsoluteUri, sent.TextBody!, StringComparison.Ordinal);
        Assert.Equal("auto-generated", sent.Headers["Auto-Submitted"]);

        // Sent once, and what was read meanwhile is not sent at all.
        await identity.Service.RunDueAsync();
        Assert.Single(identity.Mail.Accepted);
        await TellAsync(2033);
        var newest = (await admin.GetAsync("/api/v1/notices?unread=true")).Is(200).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        (await admin.PostAsync("/api/v1/notices/reading", new { ids = new[] { newest } })).Is(200);
        await identity.Service.RunDueAsync();
        Assert.Single(identity.Mail.Accepted);

        await identity.Mail.StopAsync();
        await TellAsync(2034);
        await identity.Service.RunDueAsync();
        Assert.Equal(1L, await identity.ValueAsync<long>("select count(*) from mailing where attempts = 1 and due_at is not null"));
        await identity.Mail.StartAgainAsync();
        identity.Service.Clock.Advance(TimeSpan.FromMinutes(2));
        await identity.Service.RunDueAsync();
        Assert.Equal(2, identity.Mail.Accepted.Count);
        Assert.Equal(0L, await identity.ValueAsync<long>("select count(*) from mailing where attempts > 0 or due_at is not null"));
    }

    /// <summary>Notices are not lost, and others are served, when the server cannot do what is configured.</summary>
    [Fact]
    public async Task I2_Nothing_is_sent_in_the_clear_where_encryption_is_configured()
    {
        await using var strict = new StrictMailFixture();
        await strict.InitializeAsync();
        await strict.Service.ExecuteAsync("update person set email = 'admin@qibin.example' where user_name = 'administrator'");
        Assert.True(await strict.Service.DeliverAsync(
            new CalendarMissing { Year = 2031, OccurredOn = new DateOnly(2030, 12, 1) }, IdentityFixture.NewId(), 1));
        await strict.Service.RunDueAsync();
        Assert.Empty(strict.Mail.Accepted);
        Assert.Equal(1L, await strict.ValueAsync<long>("select count(*) from mailing where attempts = 1 and due_at is not null"));
    }

    private async Task TellAsync(int year) => Assert.True(await identity.Service.DeliverAsync(
        new CalendarMissing { Year = year, OccurredOn = new DateOnly(year - 1, 12, 1) }, IdentityFixture.NewId(), 1));
}
