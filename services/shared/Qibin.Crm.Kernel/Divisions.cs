using System.Text;
using System.Text.RegularExpressions;

namespace Qibin.Crm.Kernel;

/// <summary>
/// Administrative divisions 行政区划 of GB/T 2260 down to counties, by the names that people write. <c>divisions.txt</c> holds a line for
/// each: its code, then its full name.
/// </summary>
public static partial class Divisions
{
    /// <summary>What lies abroad 境外. GB/T 2260 has no code for it; this one is the API's own.</summary>
    public const string Abroad = "990000";

    private static readonly Division[] All = Read();
    private static readonly Dictionary<string, string> ByCode = All.ToDictionary(d => d.Code, d => d.Name, StringComparer.Ordinal);
    private static readonly Division[] Provinces = [.. All.Where(d => d.Code.EndsWith("0000", StringComparison.Ordinal))];
    private static readonly Division[] Prefectures = [.. All.Except(Provinces).Where(d => d.Code.EndsWith("00", StringComparison.Ordinal))];
    private static readonly Division[] Counties = [.. All.Except(Provinces).Except(Prefectures)];

    private sealed record Division(string Code, string Name, string Short)
    {
        /// <summary>What follows the full or the short name; null when the text begins with neither.</summary>
        public string? After(string text) =>
            text.StartsWith(Name, StringComparison.Ordinal) ? text[Name.Length..]
            : Name.EndsWith('州') && text.StartsWith(Short + "州", StringComparison.Ordinal)
                ? text[(Short.Length + 1)..]
            : Short.Length > 1 && text.StartsWith(Short, StringComparison.Ordinal) ? text[Short.Length..] : null;

        public bool Within(Division other) => Code.StartsWith(
            other.Code.EndsWith("0000", StringComparison.Ordinal) ? other.Code[..2] : other.Code[..4], StringComparison.Ordinal);
    }

    /// <summary>The full name of a code's place, such as 河南省鹤壁市淇滨区; null when the code has none here.</summary>
    public static string? NameOf(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (code == Abroad)
        {
            return "境外";
        }

        var names = new[] { code[..2] + "0000", code[..4] + "00", code }.Distinct()
            .Select(part => ByCode.GetValueOrDefault(part)).OfType<string>().ToList();
        return ByCode.ContainsKey(code) ? string.Concat(names) : null;
    }

    /// <summary>
    /// The code of a place as people write it, such as 北京, 深圳, 广东省深圳市 or 河南省鹤壁市淇滨区; a code is its own. Null when no place, or more
    /// than one, can be meant. An address further down counts for the place that it is in.
    /// </summary>
    public static string? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var place = Ignored().Replace(text.Normalize(NormalizationForm.FormKC), "");
        place = place.Length > 2 && place.StartsWith("中国", StringComparison.Ordinal) ? place[2..] : place;
        if (place is "境外" or "国外" or "海外" or Abroad)
        {
            return Abroad;
        }

        return Code().IsMatch(place) ? Array.Exists(Provinces, p => p.Code[..2] == place[..2]) ? place : null
            : Exactly(place) ?? BelowProvince(place) ?? Only(Prefectures, place, whole: false);
    }

    /// <summary>A full name that only one division has.</summary>
    private static string? Exactly(string place) => Array.FindAll(All, d => d.Name == place) is [var only] ? only.Code : null;

    private static string? BelowProvince(string place)
    {
        foreach (var province in Provinces)
        {
            if (province.After(place) is not { } rest)
            {
                continue;
            }

            var full = place.StartsWith(province.Name, StringComparison.Ordinal);
            return rest.Length == 0 ? province.Code
                : Only(Array.FindAll(Prefectures, p => p.Within(province)), rest, whole: false)
                ?? Only(Array.FindAll(Counties, c => c.Within(province)), rest, whole: true) ?? (full ? province.Code : null);
        }

        return null;
    }

    /// <summary>The one division that the text begins with, or a county of it; what follows a short name must be known too.</summary>
    private static string? Only(Division[] among, string text, bool whole)
    {
        var found = Array.FindAll(among, d => d.After(text) is not null);
        if (found.Length > 1)
        {
            found = Array.FindAll(found, d => text.StartsWith(d.Name, StringComparison.Ordinal));
        }

        if (found is not [var only])
        {
            return null;
        }

        var rest = only.After(text)!;
        return rest.Length == 0 ? only.Code
            : (whole ? null : Only(Array.FindAll(Counties, c => c.Within(only)), rest, whole: true))
            ?? (text.StartsWith(only.Name, StringComparison.Ordinal) ? only.Code : null);
    }

    private static Division[] Read()
    {
        using var file = new StreamReader(typeof(Divisions).Assembly.GetManifestResourceStream("divisions.txt")!);
        return [.. file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => new Division(line[..6], line[6..], Kind().Replace(line[6..], "")))];
    }

    [GeneratedRegex("^[0-9]{6}$", RegexOptions.NonBacktracking)]
    private static partial Regex Code();

    [GeneratedRegex("[\\s\\-—/·,、()]|市辖区", RegexOptions.NonBacktracking)]
    private static partial Regex Ignored();

    /// <summary>What a short name leaves out.</summary>
    [GeneratedRegex("(特别行政区|(壮族|回族|维吾尔)?自治区|(土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|蒙古族|蒙古"
        + "|哈萨克|柯尔克孜|朝鲜族)*自治州|省|市|地区|盟|新区|区|县)$")]
    private static partial Regex Kind();
}
