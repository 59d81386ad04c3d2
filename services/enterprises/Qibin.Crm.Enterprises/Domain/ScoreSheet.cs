namespace Qibin.Crm.Enterprises.Domain;

/// <summary>One indicator of the score sheet.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Name">Chinese name.</param>
/// <param name="NameEn">English name.</param>
/// <param name="Points">The most it can give.</param>
public sealed record Indicator(string Code, string Name, string NameEn, int Points);

/// <summary>A ground on which an application cannot pass whatever its points.</summary>
public sealed record VetoGround(string Code, string Name, string NameEn);

/// <summary>The sheet by which entry applications are reviewed 入驻评审表: 11 indicators, 100 points, vetoes.</summary>
public static class ScoreSheet
{
    /// <summary>Each review keeps the version of its sheet.</summary>
    public const int Version = 1;

    /// <summary>Mean points from which an application passes.</summary>
    public const int PassMark = 60;

    public static IReadOnlyList<Indicator> Indicators { get; } =
    [
        new("chainFit", "产业链契合度", "Fit with the industry chain", 15),
        new("technology", "技术水平", "Level of technology", 12),
        new("research", "研发投入与知识产权", "Research and intellectual property", 10),
        new("team", "团队实力", "Strength of the team", 8),
        new("investment", "投资强度", "Investment per area", 10),
        new("output", "预期产出", "Expected output", 10),
        new("tax", "预期税收", "Expected tax", 10),
        new("jobs", "带动就业", "Jobs", 5),
        new("market", "市场前景", "Market prospects", 8),
        new("space", "空间利用", "Use of space", 6),
        new("safety", "安全与环保", "Safety and environment", 6),
    ];

    public static IReadOnlyList<VetoGround> Vetoes { get; } =
    [
        new("prohibitedIndustry", "属于禁止或淘汰类产业", "Prohibited or phased-out industry"),
        new("environment", "环保不达标", "Environmental requirements not met"),
        new("workSafety", "存在重大安全隐患", "Grave safety hazard"),
        new("dishonesty", "列入失信名单", "Listed for dishonesty"),
        new("falseMaterials", "申请材料弄虚作假", "False application materials"),
    ];
}
