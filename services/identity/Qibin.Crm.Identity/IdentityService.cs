using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Identity;

/// <summary>What this service says of itself.</summary>
internal static class IdentityService
{
    public static ServiceDescription Description { get; } = new(
        "identity",
        "人员、部门与授权 People, units and access",
        new Dictionary<string, ProblemText>(StringComparer.Ordinal)
        {
            ["unit.codeTaken"] = new("该部门代码已被使用", "A unit with this code exists"),
            ["unit.cycle"] = new("不能把部门移到自身或其下级之下", "A unit cannot be moved under itself or a unit below it"),
            ["unit.unknown"] = new("没有这个部门", "There is no such unit"),
            ["unit.tooMany"] = new("最多 {0} 个部门", "There can be {0} units at most"),
            ["user.nameTaken"] = new("该用户名已被使用", "A person with this user name exists"),
            ["user.nameShape"] = new("用户名只能包含字母、数字和 . _ -", "A user name has letters, digits and . _ - only"),
            ["user.inactive"] = new("该人员已停用", "The person is deactivated"),
            ["user.active"] = new("该人员未停用", "The person is active"),
            ["user.lastAdministrator"] = new("系统须至少保留一名在用的管理员", "At least one active administrator must remain"),
            ["role.unknown"] = new("未知的角色 {0}", "Unknown role {0}"),
            ["chain.unknown"] = new("未知的产业链 {0}", "Unknown industry chain {0}"),
            ["scope.unknown"] = new("未知的权限范围 {0}", "Unknown scope {0}"),
            ["client.idTaken"] = new("该客户端标识已被使用", "A client with this id exists"),
            ["code.shape"] = new("只能包含小写字母、数字和 . _ -，且以字母或数字开头", "Lower-case letters, digits and . _ - only, a letter or digit first"),
            ["client.revoked"] = new("该客户端已吊销", "The client is revoked"),
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["unit_code_once"] = "unit.codeTaken",
            ["unit_parent_known"] = "unit.unknown",
            ["person_user_name_once"] = "user.nameTaken",
            ["person_unit_known"] = "unit.unknown",
            ["client_id_once"] = "client.idTaken",
        });
}
