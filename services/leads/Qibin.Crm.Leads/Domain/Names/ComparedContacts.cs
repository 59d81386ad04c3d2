namespace Qibin.Crm.Leads.Domain.Names;

/// <summary>E-mail addresses as duplicates are found by.</summary>
internal static class ComparedContacts
{
    // Whoever has an address there has nothing else in common; the last four are reserved for documentation (RFC 2606).
    private static readonly HashSet<string> OfNobody = new(StringComparer.Ordinal)
    {
        "qq.com", "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "vip.126.com", "188.com", "yeah.net", "263.net",
        "sina.com", "sina.cn",
        "sina.com.cn", "vip.sina.com", "sohu.com", "aliyun.com", "139.com", "189.cn", "wo.cn", "tom.com", "21cn.com", "gmail.com",
        "googlemail.com",
        "outlook.com", "hotmail.com", "live.com", "live.cn", "msn.com", "yahoo.com", "yahoo.cn", "yahoo.com.cn", "yahoo.co.jp", "ymail.com",
        "icloud.com",
        "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "mail.com", "mail.ru",
        "yandex.com",
        "yandex.ru", "naver.com", "daum.net", "hanmail.net", "zoho.com", "t-online.de", "example.com", "example.org", "example.net",
        "localhost",
    };

    /// <summary>The domain of an address in lower case.</summary>
    public static string? DomainOf(string? email) => email?[(email.LastIndexOf('@') + 1)..].ToLowerInvariant();

    /// <summary>Whether people with addresses of this domain belong together: not so where anybody gets one.</summary>
    public static bool Identifies(string domain) =>
        !OfNobody.Contains(domain) && !((string[])[".test", ".example", ".invalid", ".localhost"])
            .Any(end => domain.EndsWith(end, StringComparison.Ordinal));
}
