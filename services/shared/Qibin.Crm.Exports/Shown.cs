using System.Globalization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Exports;

/// <summary>Codes as a table shows them to people.</summary>
public static class Shown
{
    /// <summary>The name of a node's industry chain.</summary>
    public static string? Chain(string? node) => node is null ? null : IndustryChains.OfNode(node)?.Name;

    /// <summary>The name of a chain's node.</summary>
    public static string? Node(string? node) => node is null ? null : CodeNames.Of(node);

    /// <summary>A place by its name, or by its code where it has none.</summary>
    public static string? Place(string? code) => code is null ? null : CodeNames.Of(code) ?? code;

    /// <summary>The country of a registration.</summary>
    public static string? Country(ForeignRegistration? registration) =>
        registration is null ? null : Countries.NameOf(registration.Country) ?? registration.Country;

    /// <summary>The sum in CNY of sums in several currencies.</summary>
    public static decimal? Yuan(IEnumerable<Money> sums) => sums.FirstOrDefault(s => s.Currency == Money.Home)?.Amount;

    /// <summary>The sums in other currencies than CNY, in their main units.</summary>
    public static string? Foreign(IEnumerable<Money> sums)
    {
        var others = string.Join("、", sums.Where(s => s.Currency != Money.Home)
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Amount:#,##0.00} {s.Currency}")));
        return others.Length > 0 ? others : null;
    }

    public static string YesNo(bool value) => value ? "是" : "否";
}
