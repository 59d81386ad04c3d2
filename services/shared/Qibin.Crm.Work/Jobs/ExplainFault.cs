using Qibin.Crm.Kernel;

namespace Qibin.Crm.Work.Jobs;

/// <summary>What an exception means to the person who asked for the work: a status and a code of the problem catalogue.</summary>
public delegate Refusal ExplainFault(Exception fault);
