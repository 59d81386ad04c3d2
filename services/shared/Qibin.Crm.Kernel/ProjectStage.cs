namespace Qibin.Crm.Kernel;

/// <summary>
/// Stage of a project: 在谈, 签约, 注册, 开工, 竣工, 投产, 达产, 达效. Suspension and termination are a status beside it, so that a
/// resumed project is back where it was.
/// </summary>
public enum ProjectStage { Negotiating, Signed, Registered, Started, Completed, Producing, AtCapacity, Efficient }

/// <summary>Whether a project moves: 推进中, 暂停, 终止.</summary>
public enum ProjectStatus { Active, Suspended, Terminated }
