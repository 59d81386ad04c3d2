using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml.Linq;
using Npgsql;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>Row E8: the monthly report, kept with what it was made from.</summary>
public class ReportRowsTests(RunningSystem system)
{
    [Theory]
    [InlineData("leader", null)]
    [InlineData("unitHead", "promotion-satellite")]
    public async Task E8_The_monthly_report_is_a_workbook_and_a_document_that_can_be_made_again_to_the_octet(string role, string? unit)
    {
        using var caller = await system.AsAsync(role, unit);
        var month = RowsOfTheTests.Day(0)[..7];
        var id = (await caller.PostAsync("/api/v1/pipeline/reports", new { month })).Is(202).Id;
        var report = (await Eventually.GetAsync(
            async () => (await caller.GetAsync($"/api/v1/pipeline/reports/{id}")).Is(200), a => a.Json.GetProperty("job")
                .GetProperty("state").GetString() == "succeeded")).Json;
        Assert.Equal(month, report.GetProperty("month").GetString());

        using var http = await system.HttpAsync(system.Person(role, unit));
        foreach (var file in report.GetProperty("files").EnumerateArray())
        {
            var octets = await http.GetByteArrayAsync(new Uri(file.GetProperty("file").GetString()!, UriKind.Relative));
            Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(octets)));
            var text = Text(octets, file.GetProperty("format").GetString() == "xlsx" ? "xl/worksheets/" : "word/document.xml");
            Assert.All(
                (string[])["按阶段汇总", "按产业链汇总", "按责任单位汇总", "三个一批", "签约项目", "开工项目", "投产项目", "金额单位：万元"], part =>
                Assert.Contains(part, text, StringComparison.Ordinal));
        }

        // What is in it is what the totals say for its day and instant; other tests' facts of that instant may still have been on their
        // way.
        await Eventually.TrueAsync(async () =>
        {
            var again = (await caller.PostAsync("/api/v1/pipeline/reports", new { month })).Is(202).Id;
            var made = (await Eventually.GetAsync(
                async () => (await caller.GetAsync($"/api/v1/pipeline/reports/{again}")).Is(200), a => a.Json.GetProperty("files")
                    .GetArrayLength() == 2)).Json;
            var workbook = await http.GetByteArrayAsync(
                new Uri(made.GetProperty("files")[0].GetProperty("file").GetString()!, UriKind.Relative));
            var totals = (await caller.GetAsync(
                $"/api/v1/pipeline/totals?asOf={made.GetProperty("asOf")}"
                    + $"&knownAt={Uri.EscapeDataString(made.GetProperty("knownAt").GetString()!)}")).Is(200).Json;
            var compared = (await caller.GetAsync($"/api/v1/pipeline/reports/{again}/comparison")).Is(200).Json;
            return Count(workbook) + await ConfidentialAsync(role, unit) == totals.GetProperty("total").GetProperty("count").GetInt32()
                && compared.GetProperty("same").GetBoolean();
        });

        // Whoever sees all reads it too, and another unit does not.
        using var leader = await system.AsAsync("leader");
        (await leader.GetAsync($"/api/v1/pipeline/reports/{id}")).Is(200);
        using var stranger = await system.AsAsync("unitHead", "promotion-xinchuang");
        (await stranger.GetAsync($"/api/v1/pipeline/reports/{id}")).Is(404);
        (await stranger.GetAsync($"/api/v1/pipeline/reports/{id}/file")).Is(404);
        (await stranger.GetAsync($"/api/v1/pipeline/reports/{id}/comparison")).Is(404);
    }

    /// <summary>How many active journeys the person reads although they are confidential: totals count them, a report does not.</summary>
    private async Task<long> ConfidentialAsync(string role, string? unit)
    {
        var claims = (await system.TokenAsync(system.Person(role, unit))).Split('.')[1];
        using var token = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
        await using var database = NpgsqlDataSource.Create(system.System.Database("pipeline"));
        await using var count = database.CreateCommand(
            "select count(*) from journey where confidential and not removed and status = 0 and $1 = any (readers)");
        count.Parameters.Add(new NpgsqlParameter { Value = Guid.Parse(token.RootElement.GetProperty("sub").GetString()!) });
        return (long)(await count.ExecuteScalarAsync())!;
    }

    private static string Text(byte[] file, string parts)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return string.Join('\n', zip.Entries.Where(e => e.FullName.StartsWith(parts, StringComparison.Ordinal)).Select(e => Load(e).Value));
    }

    /// <summary>Leads and projects in the line of the sum on the first sheet.</summary>
    private static int Count(byte[] workbook)
    {
        using var zip = new ZipArchive(new MemoryStream(workbook));
        return Load(zip.GetEntry("xl/worksheets/sheet1.xml")!).Descendants().Where(e => e.Name.LocalName == "row")
            .Select(r => r.Elements().Select(c => c.Value).ToArray())
            .Where(r => r is ["合计", ..]).Select(r => r[1..3].Sum(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture)))
            .Single();
    }

    private static XElement Load(ZipArchiveEntry entry)
    {
        using var part = entry.Open();
        return XDocument.Load(part).Root!;
    }
}
