using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>Targets of a year, and what is counted of them.</summary>
internal sealed partial class KnownOperations
{
    private static readonly int Year = int.Parse(RowsOfTheTests.Day(0)[..4], System.Globalization.CultureInfo.InvariantCulture);

    private void Assessment()
    {
        Add("enterTargets", async () => new Prepared { Body = Targets(await OfficersUnitAsync()) });
        Add("listTargets", async () => new Prepared { Path = await AfterTargetsAsync("/api/v1/pipeline/targets"), Role = "leader" });
        Add("readAssessment", async () =>
        {
            await _rows.RatesAsync();
            return new Prepared { Path = await AfterTargetsAsync($"/api/v1/pipeline/assessment?year={Year}&by=unit"), Role = "leader" };
        });
        Add("listAssessedProjects", async () =>
        {
            await _rows.RatesAsync();
            return new Prepared { Path = "/api/v1/pipeline/assessment/projects?indicator=signedAmount&limit=2", Role = "leader" };
        });
        Add("excludeProject", async () =>
        {
            var lead = await _rows.LeadAsync();
            await Eventually.TrueAsync(
                async () => (await (await _rows.AsAsync("officer")).GetAsync($"/api/v1/pipeline/journeys/{lead.Id}")).Status == 200);
            return new Prepared
            {
                Body = new
                {
                    year = Year,
                    indicator = "signedProjects",
                    leadId = lead.Id,
                    excluded = true,
                    reason = "与上年项目重复",
                }
            };
        });
        Add("listExclusions", () => new Prepared { Role = "leader" });
        Add("imposePenalty", async () => new Prepared { Body = Penalty(await OfficersUnitAsync()) });
        Add("reversePenalty", async () =>
        {
            var penalty = (await (await _rows.AsAsync("coordinator")).PostAsync("/api/v1/pipeline/penalties",
                Penalty(await OfficersUnitAsync()))).Is(200);
            return new Prepared { Path = $"/api/v1/pipeline/penalties/{penalty.Id}/reversal", Body = new { reason = "复核后撤销" } };
        });
        Add("listPenalties", () => new Prepared { Role = "leader" });

        static object Targets(Guid unit) => new
        {
            year = Year,
            note = "年度考核办法（示例）",
            targets = new object[]
            {
                new { indicator = "signedProjects", unitId = unit, count = 12 },
                new { indicator = "signedAmount", unitId = unit, amount = RowsOfTheTests.Yuan("3000000000.00") },
            },
        };

        static object Penalty(Guid unit) =>
            new { year = Year, indicator = "signedProjects", unitId = unit, count = 0.5m, reason = "逾期未报送进度" };

        async Task<Guid> OfficersUnitAsync() =>
            (await (await _rows.AsAsync("officer")).GetAsync("/api/v1/me")).Is(200).Json.GetProperty("unitId").GetGuid();

        async Task<string> AfterTargetsAsync(string path)
        {
            (await (await _rows.AsAsync("coordinator")).PostAsync("/api/v1/pipeline/targets", Targets(await OfficersUnitAsync()))).Is(
                200);
            return path;
        }
    }
}
