using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Enterprises.Domain;

namespace Qibin.Crm.Enterprises.Data;

internal static class EnterpriseStates
{
    /// <summary>The public state of an enterprise, which its events carry.</summary>
    public static EnterpriseState State(this Enterprise enterprise) => new()
    {
        EnterpriseId = enterprise.Id,
        Name = enterprise.Name,
        Uscc = enterprise.Uscc,
        ForeignRegistration = enterprise.ForeignRegistration,
        ChainCode = enterprise.ChainCode,
        NodeCode = enterprise.NodeCode,
        InCity = enterprise.InCity,
    };
}
