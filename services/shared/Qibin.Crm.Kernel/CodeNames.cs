namespace Qibin.Crm.Kernel;

/// <summary>The Chinese names behind codes: of industry chains, their nodes and divisions. No two kinds share a code.</summary>
public static class CodeNames
{
    private static readonly Dictionary<string, string> Chains = IndustryChains.All
        .SelectMany(chain => chain.Nodes.Select(node => (node.Code, node.Name)).Prepend((chain.Code, chain.Name)))
        .ToDictionary(x => x.Code, x => x.Name, StringComparer.Ordinal);

    /// <summary>The name; null when no chain, node or division has the code.</summary>
    public static string? Of(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return Chains.GetValueOrDefault(code) ?? (code.Length == 6 && code.All(char.IsAsciiDigit) ? Divisions.NameOf(code) : null);
    }
}
