using System.Text.Json;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Local;

/// <summary>
/// Units, people and clients that the local system starts with: an invented organisation of Qibin. Written as the seed file that
/// the identity service reads when it migrates.
/// </summary>
internal static class Organisation
{
    private const string Integration = "qibin-integration";

    private static readonly (string Code, string? Parent, string Name, string NameEn)[] Units =
    [
        ("qibin", null, "淇滨区招商引资工作领导小组", "Qibin District investment promotion group"),
        ("promotion", "qibin", "区招商局", "Investment Promotion Bureau"),
        ("promotion-satellite", "promotion", "招商一分局（卫星互联网产业链专班）", "Promotion branch 1, satellite internet"),
        ("promotion-xinchuang", "promotion", "招商二分局（信创产业链专班）", "Promotion branch 2, IT application innovation"),
        ("promotion-manufacturing", "promotion", "招商三分局（智能制造产业链专班）", "Promotion branch 3, intelligent manufacturing"),
        ("innovation-city", "qibin", "科创新城管委会", "Science and Technology Innovation City administration"),
        ("innovation-city-promotion", "innovation-city", "科创新城招商服务处", "Innovation City promotion office"),
        ("enterprise-service", "qibin", "企业服务中心", "Enterprise Service Centre"),
        ("project-promotion", "qibin", "项目推进中心", "Project Promotion Centre"),
    ];

    // Every one of them is invented.
    private static readonly (string UserName, string Name, string Role, string Unit, string[] Chains)[] People =
    [
        ("song.yutong", "宋雨桐", Roles.Officer, "promotion-satellite", []),
        ("he.jiaming", "贺嘉铭", Roles.Officer, "promotion-satellite", []),
        ("mu.qingyang", "穆清扬", Roles.Officer, "promotion-xinchuang", []),
        ("ji.shuhang", "纪书航", Roles.Officer, "promotion-manufacturing", []),
        ("qiao.anran", "乔安然", Roles.Officer, "innovation-city-promotion", []),
        ("lu.jingxing", "鲁景行", Roles.UnitHead, "promotion-satellite", []),
        ("miao.ruohan", "苗若涵", Roles.UnitHead, "promotion-xinchuang", []),
        ("yan.sicheng", "闫思成", Roles.UnitHead, "promotion-manufacturing", []),
        ("tao.zhiyuan", "陶知远", Roles.UnitHead, "innovation-city", []),
        ("shen.wanqing", "沈晚晴", Roles.UnitHead, "promotion", []),
        ("bai.yunzhou", "白云舟", Roles.Leader, "qibin", []),
        ("jiang.xinghe", "姜星河", Roles.ChainChief, "qibin", ["satellite"]),
        ("qin.mohan", "秦墨涵", Roles.ChainChief, "qibin", ["xinchuang"]),
        ("pan.haoran", "潘浩冉", Roles.ChainChief, "qibin", ["manufacturing"]),
        ("xu.nianci", "许念慈", Roles.ServiceOfficer, "enterprise-service", []),
        ("fang.shuyi", "方书仪", Roles.ProjectOfficer, "project-promotion", []),
        ("ning.zhixia", "宁知夏", Roles.Coordinator, "promotion", []),
        ("guan.lifan", "管理凡", Roles.Administrator, "qibin", []),
        ("shen.jizhe", "申纪哲", Roles.Auditor, "qibin", []),
    ];

    private static readonly (string Id, string Name, IReadOnlyList<string> Scopes)[] Clients =
    [
        // Every business scope, for the tour; who may sign in is not for a client whose secret lies in a file of the demonstration.
        (Integration, "数据对接 Integration", [.. Scopes.All.Where(s => s != Scopes.IdentityWrite)]),
        ("qibin-dashboard", "领导看板 Dashboard", [Scopes.PipelineRead, Scopes.DirectoryRead]),
    ];

    /// <summary>The accounts, with the secrets of this data directory.</summary>
    public static Access Access(string gateway, Secrets secrets) => new(
        gateway,
        [.. People.Select(p => new AccessUser(p.UserName, secrets.Password("user:" + p.UserName), p.Role, p.Unit))],
        [.. Clients.Select(c => new AccessClient(c.Id, secrets.Token("client:" + c.Id), c.Scopes))]);

    /// <summary>The seed file of the identity service.</summary>
    public static string Seed(Secrets secrets) => JsonSerializer.Serialize(
        new
        {
            Units = Units.Select(u => new { u.Code, u.Name, u.NameEn, ParentCode = u.Parent }),
            Users = People.Select(p => new
            {
                p.UserName,
                DisplayName = p.Name,
                Password = secrets.Password("user:" + p.UserName),
                p.Role,
                p.Unit,
                p.Chains,
            }),
            Clients = Clients.Select(
                c => new { ClientId = c.Id, DisplayName = c.Name, ClientSecret = secrets.Token("client:" + c.Id), c.Scopes }),
        },
        Local.Access.Json);
}
