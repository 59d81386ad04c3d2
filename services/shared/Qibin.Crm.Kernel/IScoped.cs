namespace Qibin.Crm.Kernel;

/// <summary>A row that may be confidential 涉密.</summary>
public interface IConfidential
{
    /// <summary>Only <see cref="Readers"/> see it, whatever their reach.</summary>
    bool Confidential { get; }

    Guid[] Readers { get; }
}

/// <summary>A row that belongs to an officer, a unit and perhaps an industry chain, and may be confidential.</summary>
public interface IScoped : IConfidential
{
    Guid OwnerId { get; }
    Guid UnitId { get; }
    string? ChainCode { get; }
}

/// <summary>A row that others than its officer and unit read as well, such as the unit that it was transferred from.</summary>
public interface IShared : IScoped
{
    /// <summary>Units and officers that read it; changing it stays with those whose row it is.</summary>
    Guid[] SharedWith { get; }
}
