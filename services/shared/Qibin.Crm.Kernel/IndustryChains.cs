namespace Qibin.Crm.Kernel;

/// <summary>One node of an industry chain: a segment, product or technology.</summary>
/// <param name="Code">Stable code, <c>chain.segment</c>.</param>
/// <param name="Name">Chinese name.</param>
/// <param name="NameEn">English name.</param>
/// <param name="Position">Its place in the chain: upstream 上游, midstream 中游, downstream 下游.</param>
public sealed record ChainNode(string Code, string Name, string NameEn, ChainPosition Position);

/// <summary>Position of a node in its chain.</summary>
public enum ChainPosition { Upstream, Midstream, Downstream }

/// <summary>An industry chain 产业链 with its nodes.</summary>
public sealed record IndustryChain(string Code, string Name, string NameEn, IReadOnlyList<ChainNode> Nodes);

/// <summary>
/// The three chains of the district, as reference data that every service validates against without asking another one.
/// A node's chain is the part of its code before the dot.
/// </summary>
public static class IndustryChains
{
    public static IReadOnlyList<IndustryChain> All { get; } =
    [
        new("satellite", "卫星互联网", "Satellite internet",
        [
            new("satellite.spacecraft", "星：卫星研制", "Spacecraft", ChainPosition.Upstream),
            new("satellite.ground", "箭/测运控：发射与地面", "Launch and ground", ChainPosition.Midstream),
            new("satellite.data", "数：卫星数据", "Data", ChainPosition.Midstream),
            new("satellite.services", "服：应用与服务", "Applications and services", ChainPosition.Downstream),
        ]),
        new("xinchuang", "信创", "IT application innovation",
        [
            new("xinchuang.chips", "芯片", "Chips", ChainPosition.Upstream),
            new("xinchuang.machines", "整机", "Whole machines", ChainPosition.Upstream),
            new("xinchuang.systems", "操作系统", "Operating systems", ChainPosition.Midstream),
            new("xinchuang.databases", "数据库", "Databases", ChainPosition.Midstream),
            new("xinchuang.middleware", "中间件", "Middleware", ChainPosition.Midstream),
            new("xinchuang.applications", "应用软件", "Applications", ChainPosition.Downstream),
            new("xinchuang.security", "信息安全", "Security", ChainPosition.Downstream),
        ]),
        new("manufacturing", "智能制造", "Intelligent manufacturing",
        [
            new("manufacturing.components", "核心零部件", "Core components", ChainPosition.Upstream),
            new("manufacturing.sensors", "传感与控制", "Sensing and control", ChainPosition.Upstream),
            new("manufacturing.equipment", "智能装备", "Intelligent equipment", ChainPosition.Midstream),
            new("manufacturing.robots", "工业机器人", "Industrial robots", ChainPosition.Midstream),
            new("manufacturing.integration", "系统集成与服务", "System integration and services", ChainPosition.Downstream),
        ]),
    ];

    private static readonly Dictionary<string, IndustryChain> ByNode =
        All.SelectMany(chain => chain.Nodes.Select(node => (node.Code, chain)))
            .ToDictionary(x => x.Code, x => x.chain, StringComparer.Ordinal);

    /// <summary>The chain that a node belongs to, or null when no chain has that node.</summary>
    public static IndustryChain? OfNode(string nodeCode) => ByNode.GetValueOrDefault(nodeCode);

    /// <summary>Whether a chain has this code.</summary>
    public static bool Exists(string chainCode) => All.Any(chain => chain.Code == chainCode);
}
