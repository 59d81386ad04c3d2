using System.Globalization;
using System.Text.Json.Nodes;

namespace Qibin.Crm.Local.Demo;

/// <summary>
/// A park with its buildings and spaces, and the entry applications of the registered enterprises: most moved in, some on their way.
/// </summary>
internal static class PremisesAndEntry
{
    private const int SpacesPerFloor = 5;

    private static readonly (string Name, int Floors, decimal Area)[] Buildings =
        [("A1 标准化厂房", 3, 2400), ("A2 标准化厂房", 3, 2400), ("B1 研发楼", 8, 600), ("C1 中试基地", 4, 1200)];

    public static async Task FillAsync(
        Integration api, List<Story> converted, Dictionary<int, string> projects, Staff staff, DateOnly today, CancellationToken ct)
    {
        var spaces = await BuildAsync(api, today.AddDays(-900), ct);
        var registered = converted.Where(s => s.Outcome >= Outcome.Registered && !s.Suspended).ToList();
        var enterprises = await EnterprisesAsync(api, registered, ct);
        await api.BatchAsync("/api/v1/entry-applications/batch", "demo-entries", registered.Zip(spaces, (story, space) =>
            Application(story, enterprises[story.LocalUscc], projects[story.Number], space, staff, today)), ct);
    }

    private static async Task<List<string>> BuildAsync(Integration api, DateOnly ready, CancellationToken ct)
    {
        var park = await api.PostAsync("/api/v1/premises/parks", "demo-park", new JsonObject
        {
            ["name"] = "科创新城产业园（演示）",
            ["address"] = "鹤壁市淇滨区科创新城（演示地址）",
        }, ct);
        var items = new List<JsonObject>();
        foreach (var (name, floors, area) in Buildings)
        {
            var building = await api.PostAsync("/api/v1/premises/buildings", "demo-building-" + name[..2], new JsonObject
            {
                ["parkId"] = park["id"]!.GetValue<string>(),
                ["name"] = name,
                ["floors"] = floors,
            }, ct);
            items.AddRange(
                from floor in Enumerable.Range(1, floors)
                from space in Enumerable.Range(1, SpacesPerFloor)
                select new JsonObject
                {
                    ["buildingId"] = building["id"]!.GetValue<string>(),
                    ["name"] = string.Create(CultureInfo.InvariantCulture, $"{name[..2]}-{floor}{space:00}"),
                    ["floor"] = floor,
                    ["area"] = area,
                    ["height"] = floors > 4 ? 4.2m : 7.5m,
                    ["floorLoad"] = floors > 4 ? 3.5m : 10m,
                    ["power"] = floors > 4 ? 80 : 315,
                    ["rent"] = DemonstrationData.Money(floors > 4 ? 25 : 12, "CNY"),
                    ["readyOn"] = DemonstrationData.Iso(ready),
                });
        }

        var results = await api.BatchAsync("/api/v1/premises/spaces/batch", "demo-spaces", items, ct);
        return [.. results.Select(r => r["receipt"]!["id"]!.GetValue<string>())];
    }

    /// <summary>
    /// Ids by code. The enterprises were made from the projects' registrations, by an event each that may still be on its way.
    /// </summary>
    private static async Task<Dictionary<string, string>> EnterprisesAsync(Integration api, List<Story> registered, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var enterprises = (await api.ListAsync("/api/v1/enterprises", ct)).ToDictionary(e => e["uscc"]!.GetValue<string>(),
                e => e["id"]!.GetValue<string>());
            var missing = registered.Count(story => !enterprises.ContainsKey(story.LocalUscc));
            if (missing == 0)
            {
                return enterprises;
            }

            if (attempt == 100)
            {
                throw new InvalidOperationException($"{missing} enterprises were not made from their projects within {attempt / 5} s.");
            }

            await Task.Delay(200, ct);
        }
    }

    private static JsonObject Application(Story story, string enterprise, string project, string space, Staff staff, DateOnly today)
    {
        var registered = story.StageOn(2);
        var span = Math.Max(0, today.DayNumber - registered.DayNumber);
        var terms = story.Number % 3 == 0;
        var application = new JsonObject
        {
            ["draft"] = new JsonObject
            {
                ["enterpriseId"] = enterprise,
                ["projectId"] = project,
                ["spaceIds"] = new JsonArray(space),
                ["wantedFrom"] = Day(4),
                ["draftedOn"] = Day(0),
                ["preferentialTerms"] = terms ? "前两年租金减半（演示）" : null,
            },
            ["acceptance"] = Step(1),
        };
        if (story.Number % 5 == 4)
        {
            return application;
        }

        application["review"] = new JsonObject
        {
            ["on"] = Day(2),
            ["opinion"] = "符合园区产业定位。",
            ["scores"] = new JsonArray([.. Scores(story.Number)]),
        };
        if (terms)
        {
            application["fairCompetitionReview"] = new JsonObject
            {
                ["on"] = Day(0),
                ["conclusion"] = "passed",
                ["documentNumber"] = string.Create(CultureInfo.InvariantCulture, $"DEMO-GP-{story.Number:000}"),
            };
        }

        if (story.Number % 5 == 3)
        {
            return application;
        }

        application["approval"] = new JsonObject { ["on"] = Day(3), ["approverId"] = staff.Leader };
        application["agreement"] = new JsonObject
        {
            ["on"] = Day(4),
            ["agreementNumber"] = string.Create(CultureInfo.InvariantCulture, $"DEMO-EA-{story.Number:000}"),
        };
        application["handover"] = Step(5);
        application["moveIn"] = Step(6);
        return application;

        // Seven steps, spread over at most 60 days after the registration.
        string Day(int step) => DemonstrationData.Iso(registered.AddDays(Math.Min(span, 60) * step / 6));

        JsonObject Step(int step) => new() { ["on"] = Day(step) };
    }

    private static IEnumerable<JsonNode> Scores(int number)
    {
        (string Indicator, int Most)[] sheet =
        [
            ("chainFit", 15), ("technology", 12), ("research", 10), ("team", 8), ("investment", 10), ("output", 10), ("tax", 10),
            ("jobs", 5),
            ("market", 8), ("space", 6), ("safety", 6),
        ];
        return sheet.Select((line, i) => (JsonNode)new JsonObject
        {
            ["indicator"] = line.Indicator,
            ["points"] = line.Most - ((number + i) % 3),
        });
    }
}
