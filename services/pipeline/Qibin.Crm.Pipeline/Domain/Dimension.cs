namespace Qibin.Crm.Pipeline.Domain;

/// <summary>What totals can be grouped by.</summary>
public enum Dimension { Stage, Chain, Unit, Owner, Node, SourceRegion, Band, Month }
