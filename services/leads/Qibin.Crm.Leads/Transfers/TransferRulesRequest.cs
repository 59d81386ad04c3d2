using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Transfers;

/// <summary>The rules of transfers, all of them.</summary>
public sealed record TransferRulesRequest
{
    /// <summary>Hours within which the other unit answers, unless the proposal says otherwise.</summary>
    [Needed, NumberRange(1, 2160)]
    public int? AnswerHours { get; init; }

    internal TransferRules Rules() => new()
    {
        AnswerHours = AnswerHours!.Value,
    };
}
