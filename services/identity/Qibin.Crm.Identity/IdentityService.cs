using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Identity;

/// <summary>Name and problem texts of the identity service.</summary>
internal static class IdentityService
{
    public static ServiceDescription Description { get; } = new(
        "identity",
        "人员、部门与授权 People, units and access",
        new Dictionary<string, ProblemText>(StringComparer.Ordinal)
        {
            ["unit.codeTaken"] = new(
                "该部门代码已被使用，请换一个代码；恢复部门前，请先移除占用该代码的部门",
                "A unit with this code exists. Choose another code, or remove that unit before this one is restored"),
            ["unit.cycle"] = new("不能把部门移到自身或其下级之下", "A unit cannot move under itself or a unit below it; choose another parent"),
            ["unit.unknown"] = new("没有这个部门", "There is no such unit; name one of the list of units"),
            ["unit.tooMany"] = new("最多 {0} 个部门", "There are {0} units, the most there can be"),
            ["unit.hasUnits"] = new("该部门有下级部门，请先移动或移除下级部门", "There are units below it; move or remove them first"),
            ["unit.hadPeople"] = new(
                "该部门有或曾有人员，须保留；如不再使用，请移出人员并更名",
                "People are or were in the unit, so it stays on record; move them to another unit and rename it instead"),
            ["unit.parentRemoved"] = new("上级部门已移除，请先恢复上级部门", "The unit above it was removed; restore that one first"),
            ["user.nameTaken"] = new("该用户名已被使用", "A user with this user name exists; choose another one"),
            ["user.nameShape"] = new("用户名只能包含字母、数字和 . _ -", "Use letters, digits and . _ - only"),
            ["user.inactive"] = new("该人员已停用", "The user is deactivated already"),
            ["user.active"] = new("该人员未停用", "The user is active already"),
            ["user.lastAdministrator"] = new("系统须至少保留一名在用的管理员", "This is the last active administrator; give another user the role first"),
            ["user.privileged"] = new("系统对接只能管理招商专员，其他角色的人员请由管理员处理",
                "An integration manages officers only; ask an administrator to manage people of any other role"),
            ["audit.period"] = new("起止时间须先后有序，且不超过 {0} 天", "The period ends after it begins and has {0} days at most"),
            ["role.unknown"] = new("未知的角色 {0}", "There is no role {0}"),
            ["chain.unknown"] = new("未知的产业链 {0}", "There is no industry chain {0}"),
            ["scope.unknown"] = new("未知的权限范围 {0}", "There is no scope {0}"),
            ["client.idTaken"] = new("该客户端标识已被使用", "A client with this id exists; choose another one"),
            ["code.shape"] = new("只能包含小写字母、数字和 . _ -，且以字母或数字开头",
                "Use lower-case letters, digits and . _ - only, beginning with a letter or digit"),
            ["client.revoked"] = new("该客户端已吊销", "The client is revoked; create a new one"),
        },
        new Dictionary<string, RuleConstraint>(StringComparer.Ordinal)
        {
            ["unit_code_once"] = new("unit.codeTaken", typeof(Unit), nameof(Unit.Code)),
            ["unit_parent_known"] = new("unit.unknown", typeof(Unit), nameof(Unit.ParentId)),
            ["person_user_name_once"] = new("user.nameTaken", typeof(Person), nameof(Person.UserName)),
            ["person_unit_known"] = new("unit.unknown", typeof(Person), nameof(Person.UnitId)),
            ["client_id_once"] = new("client.idTaken", typeof(Client), nameof(Client.ClientId)),
        });
}
