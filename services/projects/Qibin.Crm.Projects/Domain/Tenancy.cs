namespace Qibin.Crm.Projects.Domain;

/// <summary>
/// A tenancy of the project by the events of the enterprises service. A row of its own, because these events may come in any order and
/// before the project's own event.
/// </summary>
internal sealed class Tenancy
{
    public required Guid TenancyId { get; init; }
    public required Guid ProjectId { get; init; }
    public required Guid EnterpriseId { get; init; }
    public DateOnly? MovedInOn { get; set; }
    public DateOnly? LeftOn { get; set; }
}
