using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Qibin.Crm.Web.Json;

/// <summary>
/// A JSON merge patch (RFC 7396): a member that is left out stays, <c>null</c> removes. The two are distinguished by the member's
/// setters: <c>public string? Address { get; init =&gt; field = Given(value); }</c> for what may be removed, <c>Kept(value)</c> for
/// what may not (null is then 400 <c>value.required</c>).
/// </summary>
public abstract record MergePatch
{
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    /// <summary>Whether the patch names the member, be it with null.</summary>
    public bool Gives(string member) => _given.Contains(member);

    /// <summary>The patch's value where it names the member, else the present one.</summary>
    public T? Over<T>(T? present, T? given, [CallerArgumentExpression(nameof(given))] string member = "") =>
        Gives(member[(member.LastIndexOf('.') + 1)..]) ? given : present;

    /// <summary>Notes that the patch names a member.</summary>
    protected T? Given<T>(T? value, [CallerMemberName] string member = "")
    {
        _given.Add(member);
        return value;
    }

    /// <summary>As <see cref="Given"/>, for a member that cannot be removed: null is refused.</summary>
    protected T? Kept<T>(T? value, [CallerMemberName] string member = "") =>
        value is null ? throw new JsonException("value.required") : Given(value, member);
}
