namespace Qibin.Crm.Identity.Domain;

/// <summary>
/// Wrong passwords and codes for one name from one origin: a known device, an address, or all unknown devices together. They delay the
/// next try from there; nobody is locked out for good, and no origin delays another one, except that unknown devices share a bound.
/// </summary>
public sealed class WrongTries
{
    /// <summary>The origin that all unknown devices share.</summary>
    public const string Anywhere = "anywhere";

    /// <summary>How many wrong tries bring the first delay, of a minute; each further one doubles it.</summary>
    public const int Free = 5;

    /// <summary>The same for all unknown devices together (NIST SP 800-63B, 5.2.2). The delay stays a minute.</summary>
    public const int FreeAnywhere = 100;

    /// <summary>The longest delay.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Without a wrong try for so long, the earlier ones are forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(1);

    private WrongTries()
    {
    }

    /// <summary>SHA-256, hexadecimal, of the name: sometimes what was typed is a password.</summary>
    public string NameHash { get; private init; } = "";

    public string Origin { get; private init; } = "";
    public int Count { get; private set; }

    /// <summary>Before this instant no try is heard.</summary>
    public DateTimeOffset? HeardFrom { get; private set; }

    public DateTimeOffset ForgottenAt { get; private set; }

    public static WrongTries None(string nameHash, string origin) => new() { NameHash = nameHash, Origin = origin };

    /// <summary>Whether a try is heard now. One that is not counts for nothing, be it right or wrong.</summary>
    public bool Hears(DateTimeOffset now) => !(HeardFrom > now);

    /// <returns>Whether a delay begins.</returns>
    public bool Add(DateTimeOffset now)
    {
        Count = ForgottenAt <= now ? 1 : Count + 1;
        ForgottenAt = now + Memory;
        HeardFrom = null;
        var over = Count - (Origin == Anywhere ? FreeAnywhere : Free);
        if (over >= 0)
        {
            var doubled = s_first * Math.Pow(2, Math.Min(over, 10));
            HeardFrom = now + (Origin == Anywhere ? s_first : doubled < Longest ? doubled : Longest);
        }

        return HeardFrom is not null;
    }
}
