namespace Qibin.Crm.Pipeline.Domain;

/// <summary>
/// What a year is assessed by: projects signed 签约项目数 and their contract amounts 签约金额, projects started 开工项目数, projects
/// producing 投产项目数, funds paid in 到位资金.
/// </summary>
public enum Indicator { SignedProjects, SignedAmount, StartedProjects, ProducingProjects, PaidInFunds }
