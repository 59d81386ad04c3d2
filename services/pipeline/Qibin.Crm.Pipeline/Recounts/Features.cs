using System.Globalization;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Pipeline;

/// <summary>Everything of a journey that a total or a list can tell, by name, to be compared.</summary>
internal static class Features
{
    /// <summary>As it stands in the tables.</summary>
    public static Dictionary<string, string> Of(JourneyRow row, IEnumerable<MilestoneRow> milestones)
    {
        var features = State(
            row.Code, row.InvestorName, row.Stage, row.StageOn, row.Status, row.OwnerId, row.UnitId, row.ChainCode, row.NodeCode, row.SourceRegion,
            row.FirstContactOn, row.MovedInOn, row.ProjectId, row.Confidential, row.Readers, row.SharedWith);
        foreach (var amount in row.Amounts)
        {
            Add(features, "estimatedInvestment", new Money(amount.Estimated, amount.Currency));
            Add(features, "contractAmount", new Money(amount.Contract, amount.Currency));
            Add(features, "paidIn", new Money(amount.PaidIn, amount.Currency));
            Add(features, "completedInvestment", new Money(amount.Completed, amount.Currency));
        }

        foreach (var milestone in milestones.Held())
        {
            features[$"milestone {milestone.Kind}"] = Text(milestone.OccurredOn);
        }

        return features;
    }

    /// <summary>As the events tell it, read one after the other from the first; null while none has told of the lead itself.</summary>
    public static Dictionary<string, string>? Recounted(IReadOnlyCollection<Story> told)
    {
        var inOrder = told.OrderBy(s => s.Fact.Version).ThenBy(s => s.Fact.Ordinal).ToList();
        if (inOrder.Exists(s => s.Event is LeadRemoved) || inOrder.LastOrDefault(s => s.Lead is not null)?.Lead is not { } lead)
        {
            return null;
        }

        var projectId = inOrder.Where(s => s.Project is not null).Min(s => (Guid?)s.Project!.ProjectId);
        var project = inOrder.LastOrDefault(s => s.Project?.ProjectId == projectId && projectId is not null)?.Project;
        var readers = lead.Confidential && project?.Confidential == true ? [.. lead.Readers.Intersect(project.Readers)]
            : project?.Confidential == true ? project.Readers
            : lead.Confidential ? lead.Readers : Array.Empty<Guid>();
        var features = State(
            lead.Code, lead.InvestorName, project is null ? Stages.Of(lead.Stage) : Stages.Of(project.Stage), project?.StageOn ?? lead.StageOn,
            project is null ? Stages.StatusOf(lead.Stage) : Stages.StatusOf(project.Status), project?.OwnerId ?? lead.OwnerId, project?.UnitId ?? lead.UnitId,
            project is null ? lead.ChainCode : project.ChainCode, project is null ? lead.NodeCode : project.NodeCode, lead.SourceRegion, lead.FirstContactOn,
            project?.MovedInOn, projectId, lead.Confidential || project?.Confidential == true, readers, lead.SharedWith);
        Add(features, "estimatedInvestment", lead.EstimatedInvestment);
        Add(features, "contractAmount", project?.ContractAmount);
        foreach (var paid in project?.PaidIn ?? [])
        {
            Add(features, "paidIn", paid);
        }

        foreach (var completed in project?.CompletedInvestment ?? [])
        {
            Add(features, "completedInvestment", completed);
        }

        foreach (var (kind, on) in Milestones(inOrder, lead, project))
        {
            features[$"milestone {kind}"] = Text(on);
        }

        return features;
    }

    /// <summary>What differs, by name.</summary>
    public static IEnumerable<(string What, string? Counted, string? Recounted)> Differences(
        Dictionary<string, string>? counted, Dictionary<string, string>? recounted) =>
        from name in (counted?.Keys ?? Enumerable.Empty<string>()).Union(recounted?.Keys ?? Enumerable.Empty<string>()).Order(StringComparer.Ordinal)
        let was = counted?.GetValueOrDefault(name)
        let now = recounted?.GetValueOrDefault(name)
        where was != now
        select (name, was, now);

    private static Dictionary<MilestoneKind, DateOnly> Milestones(List<Story> inOrder, LeadState lead, ProjectState? project)
    {
        var reached = new Dictionary<MilestoneKind, DateOnly> { [MilestoneKind.FirstContact] = lead.FirstContactOn };
        foreach (var story in inOrder)
        {
            switch (story.Event)
            {
                case LeadConverted converted:
                    reached.TryAdd(MilestoneKind.Converted, converted.OccurredOn);
                    break;
                case ProjectStageReached { To: var to, OccurredOn: var on } when Stages.MilestoneOf(to) is { } kind:
                    reached.TryAdd(kind, on);
                    break;
                case ProjectSteppedBack back:
                    foreach (var later in Enum.GetValues<ProjectStage>().Where(s => s > back.To))
                    {
                        reached.Remove(Stages.MilestoneOf(later)!.Value);
                    }

                    break;
            }
        }

        if (project?.MovedInOn is { } movedIn)
        {
            reached[MilestoneKind.MovedIn] = movedIn;
        }

        return reached;
    }

    private static Dictionary<string, string> State(
        string code, string investor, JourneyStage stage, DateOnly stageOn, JourneyStatus status, Guid owner, Guid unit, string? chain, string? node,
        string? region, DateOnly firstContactOn, DateOnly? movedInOn, Guid? project, bool confidential, IEnumerable<Guid> readers,
        IEnumerable<Guid> sharedWith) => new()
        {
            ["code"] = code,
            ["investorName"] = investor,
            ["stage"] = $"{stage}",
            ["stageOn"] = Text(stageOn),
            ["status"] = $"{status}",
            ["officer"] = $"{owner}",
            ["unit"] = $"{unit}",
            ["chain"] = chain ?? "",
            ["node"] = node ?? "",
            ["sourceRegion"] = region ?? "",
            ["firstContactOn"] = Text(firstContactOn),
            ["movedInOn"] = movedInOn is { } on ? Text(on) : "",
            ["project"] = $"{project}",
            ["confidential"] = $"{confidential}",
            ["readers"] = string.Join(',', readers.Order()),
            ["sharedWith"] = string.Join(',', sharedWith.Order()),
        };

    private static void Add(Dictionary<string, string> features, string measure, Money? amount)
    {
        if (amount is { Amount: not 0 })
        {
            features[$"{measure} {amount.Currency}"] = Amounts.Format(amount.Amount);
        }
    }

    private static string Text(DateOnly date) => date.ToString("O", CultureInfo.InvariantCulture);
}
