using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using MimeKit;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Identity.Notices;

/// <summary>
/// Sends a person's unread notices in one e-mail, outside of quiet hours. The e-mail says what happened and when, and names nobody and
/// nothing: those are read after signing in. It is sent again when the server does not take it; one that was accepted just before the
/// process died comes twice, with the same Message-ID.
/// </summary>
internal sealed partial class Mailer(
    IOptions<MailSettings> mail, IOptions<IdentitySettings> identity, TimeProvider clock, ILogger<Mailer> log)
{
    private const int MostLines = 50;
    private const int MostAttempts = 20;
    private static readonly TimeSpan Freshness = TimeSpan.FromDays(3);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(6);
    private readonly MailSettings _settings = mail.Value;

    public async Task SendAsync(IdentityDb db, Guid personId, DateTimeOffset now, CancellationToken ct)
    {
        var mailing = await db.Set<Mailing>().SingleAsync(m => m.Id == personId, ct);
        var later = _settings.NotBefore(now);
        if (_settings.Host is not null && later > now)
        {
            mailing.DueAt = later.ToUniversalTime();
            return;
        }

        mailing.DueAt = null;
        var person = await db.People.AsNoTracking().SingleAsync(p => p.Id == personId, ct);
        var since = (now - Freshness).ToUniversalTime();
        var notices = await db.Set<Notice>().AsNoTracking()
            .Where(n => n.PersonId == personId && n.ReadAt == null && n.MailedAt == null && n.At > since)
            .OrderByDescending(n => n.Id).ToListAsync(ct);
        if (_settings.Host is null || notices.Count == 0 || !person.Active || string.IsNullOrEmpty(person.Email))
        {
            return;
        }

        try
        {
            await SendAsync(Message(person.Email, notices), ct);
        }
        catch (Exception e) when (e is SmtpCommandException or SmtpProtocolException or SocketException or IOException
            or AuthenticationException or SslHandshakeException or ServiceNotConnectedException or TimeoutException
            // An address that no server could take, and a server without STARTTLS.
            or FormatException or NotSupportedException
            or OperationCanceledException && !ct.IsCancellationRequested)
        {
            mailing.Attempts++;
            mailing.DueAt = mailing.Attempts > MostAttempts ? null
                : (now + TimeSpan.FromMinutes(Math.Min(Math.Pow(2, mailing.Attempts - 1), 60))).ToUniversalTime();
            NotSent(mailing.Attempts, e.Message);
            return;
        }

        mailing.Attempts = 0;
        var (sent, mailedAt) = (notices.Select(n => n.Id).ToArray(), clock.GetUtcNow().ToUniversalTime());
        await db.Set<Notice>().Where(n => sent.Contains(n.Id)).ExecuteUpdateAsync(n => n.SetProperty(x => x.MailedAt, mailedAt), ct);
    }

    private async Task SendAsync(MimeMessage message, CancellationToken ct)
    {
        using var client = new SmtpClient { Timeout = (int)Timeout.TotalMilliseconds };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        stop.CancelAfter(Timeout);
        await client.ConnectAsync(_settings.Host!, _settings.Port, _settings.Security switch
        {
            MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
            MailSecurity.None => SecureSocketOptions.None,
            _ => SecureSocketOptions.StartTls,
        }, stop.Token);
        if (_settings.User is { } user)
        {
            await client.AuthenticateAsync(user, _settings.Password!, stop.Token);
        }

        await client.SendAsync(message, stop.Token);
        await client.DisconnectAsync(quit: true, stop.Token);
    }

    private MimeMessage Message(string to, List<Notice> notices)
    {
        var text = new StringBuilder();
        foreach (var notice in notices.Take(MostLines))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Told(notice.At)}  {NoticeTexts.Of(notice.Kind)}\r\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\r\n请登录查看 · Sign in to read them: {identity.Value.Issuer}\r\n");
        var message = new MimeMessage
        {
            Subject = string.Create(CultureInfo.InvariantCulture, $"淇滨招商：{notices.Count} 条新通知 · {notices.Count} new notices"),
            Body = new TextPart("plain") { Text = text.ToString() },
            Date = clock.GetUtcNow(),
            MessageId = MessageId(notices),
        };
        message.From.Add(MailboxAddress.Parse(_settings.From!));
        message.To.Add(MailboxAddress.Parse(to));
        // No automatic answer comes back (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    private static string Told(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $@"{at.OnDay():yyyy-MM-dd} {at - at.OnDay().Begins():hh\:mm}");

    private string MessageId(List<Notice> notices) => Convert.ToHexStringLower(
        SHA256.HashData([.. notices.SelectMany(n => n.Id.ToByteArray())]))[..40] + "@" + _settings.From!.Split('@')[^1];

    [LoggerMessage(Level = LogLevel.Warning, Message = "An e-mail with notices was not sent, attempt {Attempt}: {Reason}")]
    private partial void NotSent(int attempt, string reason);
}
