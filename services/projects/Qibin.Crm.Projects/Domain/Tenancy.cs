namespace Qibin.Crm.Projects.Domain;

/// <summary>
/// What the enterprises service told of one tenancy of a project. Kept by itself because its events may come in any order, and
/// before the project's own: whatever comes last, the same facts stand here.
/// </summary>
internal sealed class Tenancy
{
    public required Guid TenancyId { get; init; }
    public required Guid ProjectId { get; init; }
    public required Guid EnterpriseId { get; init; }
    public DateOnly? MovedInOn { get; set; }
    public DateOnly? LeftOn { get; set; }
}
