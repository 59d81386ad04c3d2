using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Identity.Notices;

/// <summary>How the connection to the mail server is protected.</summary>
public enum MailSecurity { StartTls, Tls, None }

/// <summary>The mail server through which notices are sent; none are without <c>Host</c>.</summary>
[Settings("Mail")]
internal sealed record MailSettings : IValidatableObject
{
    /// <summary>Name of the SMTP server; no e-mail is sent unless set.</summary>
    public string? Host { get; init; }

    /// <summary>Its port.</summary>
    [Range(1, 65535)]
    public int Port { get; init; } = 587;

    /// <summary><c>startTls</c>, <c>tls</c> from the first byte, or <c>none</c> for a server on the same machine.</summary>
    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    /// <summary>Name to sign in at the server with; nobody signs in unless set.</summary>
    public string? User { get; init; }

    /// <summary>Password of <c>User</c>.</summary>
    public string? Password { get; init; }

    /// <summary>Address that the e-mails come from.</summary>
    public string? From { get; init; }

    /// <summary>Hour of the district's time from which on nothing is sent; the same as <c>QuietUntil</c>: no quiet hours.</summary>
    [Range(0, 23)]
    public int QuietFrom { get; init; } = 21;

    /// <summary>Hour from which on it is sent again.</summary>
    [Range(0, 23)]
    public int QuietUntil { get; init; } = 7;

    /// <summary>When something may be sent: now, or at the end of the quiet hours.</summary>
    internal DateTimeOffset NotBefore(DateTimeOffset now)
    {
        var midnight = now.OnDay().Begins();
        var hour = (now - midnight).Hours;
        var quiet = QuietFrom < QuietUntil ? hour >= QuietFrom && hour < QuietUntil
            : QuietFrom > QuietUntil && (hour >= QuietFrom || hour < QuietUntil);
        var until = midnight.AddHours(QuietUntil);
        return !quiet ? now : until > now ? until : until.AddDays(1);
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Host is not null && From is null)
        {
            yield return new ValidationResult("needs the address that e-mails come from", [nameof(From)]);
        }

        if ((User is null) != (Password is null))
        {
            yield return new ValidationResult("needs both a user and a password, or neither", [nameof(Password)]);
        }
    }
}
