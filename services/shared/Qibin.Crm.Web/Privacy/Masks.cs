namespace Qibin.Crm.Web.Privacy;

/// <summary>Masked forms of personal data, the same in every service.</summary>
public static class Masks
{
    /// <summary>
    /// <c>13812341234</c> becomes <c>138****1234</c>: at most the first three and last four characters, and never more than half.
    /// </summary>
    public static string? Phone(string? phone)
    {
        if (phone is null)
        {
            return null;
        }

        var (head, tail) = phone.Length >= 11 ? (3, 4) : (phone.Length / 4, phone.Length / 4);
        return $"{phone[..head]}****{phone[^tail..]}";
    }

    /// <summary>As a phone: a WeChat id often is one.</summary>
    public static string? Wechat(string? id) => Phone(id);

    /// <summary><c>zhang@example.com</c> becomes <c>z****@example.com</c>.</summary>
    public static string? Email(string? email)
    {
        if (email is null)
        {
            return null;
        }

        var at = email.LastIndexOf('@');
        return $"{(at > 1 ? email[..1] : "")}****{email[at..]}";
    }
}
