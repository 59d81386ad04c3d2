using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

/// <summary>
/// Rows of one unit, and an officer of another one at every door: each operation that reads, of every service's document, with every
/// filter that could lead there, and the doors of writing that answer with what is there.
/// </summary>
public class OtherUnitTests(RunningSystem system)
{
    private const string Name = "隐曜星河航电科技有限公司（演示）";
    private const string Phone = "17098761234";
    private const string Email = "contact@yinyao-avionics.example";

    // Rows that are the city's and everybody's to read; a role's or a person's own are not filled in either.
    private static readonly string[] Shared = ["unitId", "spaceId", "userId", "code", "parkId", "buildingId", "enterpriseId",
        "applicationId", "tenancyId", "disputeId", "year"];

    [Fact]
    public async Task An_officer_of_another_unit_sees_nothing_by_any_door()
    {
        using var owner = await system.AsAsync("officer", "promotion-xinchuang");
        using var stranger = await system.AsAsync("officer", "promotion-satellite");
        var operations = await OperationsAsync();
        var totals = operations.Single(o => o.Id == "readTotals");
        var before = await TotalsAsync(stranger);
        var rows = await RowsAsync(owner);
        await Eventually.TrueAsync(
            async () => (await owner.GetAsync("/api/v1/pipeline/journeys/" + rows.Ids["leadId"][1])) is { Status: 200 } journey
            && journey.Body.Contains("300000000.00", StringComparison.Ordinal));

        // The way through is right: whose rows they are finds them by each of these.
        var own = await DoorsAsync(owner, operations, rows);
        Assert.Empty(((string[])["listLeads", "readLead", "listContacts", "readContact", "readReferrer", "listInvestors", "readInvestor",
            "listPeople", "readPerson", "findDuplicateInvestors", "listVisits", "listClaims", "readClaim", "readProtection",
            "listTransfers", "readTransfer", "listLeaves", "readLeave", "readExport", "listImports", "readImport", "listProjects",
            "listBin", "getProject", "getProjectStages", "getSubmission", "listAmounts", "getAmount",
            "listLeadComments", "readLeadComment", "listLeadInstructions", "listProjectComments", "readProjectComment",
            "listProjectInstructions", "listApprovals",
            "listJourneys", "readJourney", "listReports", "readReport", "readReportFile", "export of leads", "export of investors"])
            .Except(own.Open));
        // The import has no file yet, and the second lead no referrer.
        Assert.Empty(own.Closed.Except(["readImportErrors", "readReferrer"]));

        var strange = await DoorsAsync(stranger, operations, rows);
        Assert.Empty(strange.Open);
        // What has the row's id in its address is not there.
        Assert.Equal(operations.Where(o => Ids(o).Any()).Select(o => o.Id).Order(StringComparer.Ordinal),
            strange.Closed.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(before, await TotalsAsync(stranger));
        Assert.NotEqual(before, await TotalsAsync(owner));

        // By name, the stranger's own contact is taken and linked to the investor (T2). Unit and officer are named, nothing else of theirs.
        var taken = (await stranger.PostAsync("/api/v1/first-contacts", A4DuplicateCheckTests.Contact(Name, Phone))).Is(201);
        Assert.DoesNotContain(rows.Marks.Except([rows.Ids["investorId"][0]]), mark => taken.Body.Contains(mark, StringComparison.Ordinal));

        async Task<string> TotalsAsync(ApiClient who)
        {
            var dimensions = totals.Query.Single(q => q.Name == "groupBy").Schema.Pattern!;
            var answers = new List<string>();
            foreach (var by in Words(dimensions))
            {
                answers.Add(Cells((await who.GetAsync("/api/v1/pipeline/totals?groupBy=" + by)).Is(200).Json));
            }

            return string.Join('\n', answers);
        }
    }

    /// <summary>Opens every door with everything that is known of the rows.</summary>
    /// <returns>Operations whose answers showed something of them, and those that answered that the row is not there.</returns>
    private static async Task<(HashSet<string> Open, HashSet<string> Closed)> DoorsAsync(
        ApiClient who, IReadOnlyList<Operation> operations, Rows rows)
    {
        var (open, closed) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var operation in operations)
        {
            foreach (var path in Paths(operation, rows))
            {
                string? cursor = null;
                do
                {
                    var answer = await who.GetAsync(
                        cursor is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}");
                    Assert.True(answer.Status is 200 or 400 or 404 or 409, $"{path}: {answer.Status} {answer.Body}");
                    if (answer.Status == 200)
                    {
                        // A file is shown by being given.
                        Judge(operation.Id, answer.ContentType == "application/json" ? answer.Body : Ids(operation).Any() ? Name : "");
                    }
                    else
                    {
                        Judge(operation.Id, answer.Body.Replace(path, "", StringComparison.Ordinal)
                            .Replace(path.Split('?')[0], "", StringComparison.Ordinal));
                        if (answer.Status == 404 && Ids(operation).Any())
                        {
                            closed.Add(operation.Id);
                        }
                    }

                    cursor = answer is { Status: 200, ContentType: "application/json", Json.ValueKind: JsonValueKind.Object }
                        && answer.Json.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString()
                            : null;
                }
                while (cursor is not null);
            }
        }

        // A further lead of the investor by its id. Never to the end: the key is missing, for a caller that would be let through.
        var further = await who.SendAsync(HttpMethod.Post, "/api/v1/first-contacts", new
        {
            investorId = rows.Ids["investorId"][0],
            personName = "示例人",
            phone = "17011112222",
            channel = "phone",
            summary = "来电",
            nextStep = "回访",
            nextStepDueOn = "2030-01-01",
        }, key: "");
        Judge("logFirstContact", further.Body);

        foreach (var list in (string[])["leads", "investors"])
        {
            var id = (await who.PostAsync("/api/v1/exports", new { list, format = "csv" })).Is(202).Id;
            await Eventually.TrueAsync(
                async () => (await who.GetAsync($"/api/v1/exports/{id}")).Is(200).Json.GetProperty("job").GetProperty("state")
                    .GetString() == "succeeded");
            Judge("export of " + list, (await who.GetAsync($"/api/v1/exports/{id}/file")).Is(200).Body);
        }

        return (open, closed);

        void Judge(string door, string body)
        {
            if (rows.Marks.Any(mark => body.Contains(mark, StringComparison.OrdinalIgnoreCase)))
            {
                open.Add(door);
            }
        }
    }

    /// <summary>The operation's addresses: with the rows' ids, or by itself and with each filter that could find them.</summary>
    private static IEnumerable<string> Paths(Operation operation, Rows rows)
    {
        var parameters = operation.Parameters.Where(p => p.In == "path").Select(p => p.Name).ToList();
        if (parameters.Count > 0)
        {
            for (var i = 0; i < rows.Ids["leadId"].Length; i++)
            {
                var ids = parameters.Select(
                    p => (p, Id: rows.Ids.TryGetValue(
                        p == "commentId" ? p + " of " + parameters[0] : p == "exportId" ? p + " of " + operation.Path.Split('/')[3] : p,
                        out var known)
                        ? known[Math.Min(i, known.Length - 1)] : null)).ToList();
                if (ids.TrueForAll(p => p.Id is not null))
                {
                    yield return ids.Aggregate(operation.Path, (path, p) => path.Replace($"{{{p.p}}}", p.Id, StringComparison.Ordinal));
                }
            }

            yield break;
        }

        var limit = operation.Query.Any(q => q.Name == "limit") ? "limit=200" : "";
        yield return $"{operation.Path}?{(operation.Id == "reportVisits" ? "groupBy=unit" : limit)}";
        foreach (var (name, value) in rows.Filters.Where(f => operation.Query.Any(q => q.Name == f.Name)))
        {
            yield return $"{operation.Path}?{name}={Uri.EscapeDataString(value)}{(limit.Length > 0 ? "&" + limit : "")}";
        }
    }

    // A comment on an enterprise is everybody's like the enterprise.
    private static IEnumerable<string> Ids(Operation operation) =>
        operation.Parameters.Where(p => p.In == "path").Select(p => p.Name).TakeWhile(p => p != "enterpriseId").Except(Shared);

    private static string[] Words(string pattern) => pattern.TrimStart('^').Split(')')[0].TrimStart('(').Split('|');

    private static string Cells(JsonElement totals) =>
        string.Join('\n', totals.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array).Select(p => p.Value.GetRawText()));

    /// <summary>What every service lets an officer read.</summary>
    private async Task<IReadOnlyList<Operation>> OperationsAsync()
    {
        using var http = new HttpClient { BaseAddress = system.Gateway };
        var operations = new List<Operation>();
        foreach (var service in (string[])["identity", "leads", "projects", "enterprises", "pipeline"])
        {
            operations.AddRange(Operation.AllOf(await http.GetStringAsync(new Uri($"/swagger/{service}/v1.json", UriKind.Relative))));
        }

        return [.. operations.Where(o => o.Method == HttpMethod.Get && o.Roles.Contains("officer"))];
    }

    /// <summary>One of everything that an officer's day leaves, in the officer's own unit.</summary>
    private async Task<Rows> RowsAsync(ApiClient owner)
    {
        var myself = (await owner.GetAsync("/api/v1/me")).Is(200);
        using var third = await system.AsAsync("officer", "promotion-manufacturing");
        using var leader = await system.AsAsync("leader");
        var to = (await third.GetAsync("/api/v1/me")).Is(200).Json;
        var uscc = Uscc.WithCheckCharacter("91410611MAQ765432").Value;
        var first = (await owner.PostAsync("/api/v1/first-contacts", new
        {
            investorName = Name,
            uscc,
            personName = "隐曜联系人",
            phone = Phone,
            email = Email,
            channel = "visitHere",
            summary = "隐曜来访座谈",
            occurredOn = RowsOfTheTests.Day(-30),
            nextStep = "隐曜回访",
            nextStepDueOn = RowsOfTheTests.Day(-1),
            nodeCode = "xinchuang.systems",
            sourceRegion = "110000",
        })).Is(201);
        var lead = "/api/v1/leads/" + first.Id;
        (await owner.PostAsync(lead + "/referrer", new { kind = "organisation", name = "隐曜示例商会" })).Is(201);
        var mistaken = (await owner.PostAsync(lead + "/contacts", new { channel = "phone", summary = "隐曜误记" })).Is(201);
        (await owner.PostAsync($"{lead}/contacts/{mistaken.Id}/removal", new { reason = "隐曜误记" }, mistaken.ETag)).Is(200);
        var claim = (await owner.PostAsync("/api/v1/claims",
            new { leadId = first.Id, contactId = first.Json.GetProperty("contactId").GetGuid() })).Is(201);
        var unit = myself.Json.GetProperty("unitId").GetGuid();
        var transfer = (await owner.PostAsync("/api/v1/transfers", new
        {
            leadId = first.Id,
            toOwnerId = to.GetProperty("id").GetGuid(),
            reason = "隐曜产业方向",
            shares = new[]
            {
                new { unitId = unit, credit = 6000, tax = 5000 },
                new { unitId = to.GetProperty("unitId").GetGuid(), credit = 4000, tax = 5000 },
            },
        })).Is(201);
        var leave = (await owner.PostAsync($"/api/v1/officers/{myself.Id}/leaves",
            new { from = "2031-01-01", to = "2031-01-02", note = "隐曜休假" })).Is(201);
        var import = (await owner.PostAsync("/api/v1/imports", new { fileName = "隐曜名单.csv" })).Is(201);
        var exports = new Dictionary<string, string>();
        foreach (var (prefix, list) in ((string, string)[])[("", "leads"), ("projects/", "projects"), ("enterprises/", "enterprises"),
            ("pipeline/", "journeys")])
        {
            var export = (await owner.PostAsync($"/api/v1/{prefix}exports",
                new { list, format = "csv", query = list == "leads" ? "q=" + Uri.EscapeDataString("隐曜") : null })).Is(202);
            exports[prefix.Length > 0 ? prefix[..^1] : "exports"] = $"{export.Id}";
            // Its file is one of the doors.
            await Eventually.TrueAsync(async () => (await owner.GetAsync($"/api/v1/{prefix}exports/{export.Id}")).Is(200).Json
                .GetProperty("job").GetProperty("state").GetString() == "succeeded");
        }

        // A second one that went on to be a signed project.
        var second = (await owner.PostAsync("/api/v1/first-contacts", new
        {
            investorId = first.Json.GetProperty("investorId").GetGuid(),
            personName = "隐曜联系人",
            phone = Phone,
            channel = "phone",
            summary = "隐曜来电",
            occurredOn = RowsOfTheTests.Day(-200),
            nextStep = "隐曜洽谈",
            nextStepDueOn = "2030-01-01",
            nodeCode = "xinchuang.systems",
        })).Is(201);
        var path = "/api/v1/leads/" + second.Id;
        var assessing = (await owner.PostAsync(path + "/assessment", new { occurredOn = RowsOfTheTests.Day(-190) }, second.ETag)).Is(200);
        var following = (await owner.PostAsync(path + "/assessment/conclusion", new { note = "契合", occurredOn = RowsOfTheTests.Day(-185) },
            assessing.ETag)).Is(200);
        var converted = (await owner.PostAsync(path + "/conversion",
            new { projectName = "隐曜航电基地（演示）", occurredOn = RowsOfTheTests.Day(-180) }, following.ETag)).Is(201);
        var project = "/api/v1/projects/" + converted.Json.GetProperty("projectId").GetString();
        await Eventually.TrueAsync(async () => (await owner.GetAsync(project)).Status == 200);
        var signing = (await owner.PostAsync(project + "/submissions", RowsOfTheTests.SigningSubmission())).Is(201);
        var tag = (await leader.GetAsync(project)).Is(200).ETag;
        (await leader.PostAsync($"{project}/submissions/{signing.Id}/approval", new { decision = "approved" }, tag)).Is(200);
        var funds = (await owner.PostAsync(project + "/amounts", RowsOfTheTests.PaidIn())).Is(201);
        (await owner.PostAsync(project + "/amounts", RowsOfTheTests.Completed())).Is(201);

        var comments = new List<string>();
        foreach (var row in (string[])[lead, path, project])
        {
            comments.Add((await leader.PostAsync(row + "/comments", new { text = "隐曜批示", instruction = true })).Is(201).Id.ToString());
        }

        var report = (await owner.PostAsync("/api/v1/pipeline/reports", new { month = RowsOfTheTests.Day(0)[..7] })).Is(202);
        await Eventually.TrueAsync(
            async () => (await owner.GetAsync($"/api/v1/pipeline/reports/{report.Id}")).Is(200).Json.GetProperty("job").GetProperty("state")
                .GetString() == "succeeded");

        return new Rows(
            new Dictionary<string, string[]>
            {
                ["leadId"] = [$"{first.Id}", $"{second.Id}"],
                ["contactId"] = [Of(first, "contactId"), Of(second, "contactId")],
                ["investorId"] = [Of(first, "investorId")],
                ["personId"] = [Of(first, "personId")],
                ["claimId"] = [$"{claim.Id}"],
                ["transferId"] = [$"{transfer.Id}"],
                ["officerId"] = [$"{myself.Id}"],
                ["leaveId"] = [$"{leave.Id}"],
                ["importId"] = [$"{import.Id}"],
                ["exportId of exports"] = [exports["exports"]],
                ["exportId of projects"] = [exports["projects"]],
                ["exportId of enterprises"] = [exports["enterprises"]],
                ["exportId of pipeline"] = [exports["pipeline"]],
                ["projectId"] = [Of(converted, "projectId")],
                ["submissionId"] = [$"{signing.Id}"],
                ["entryId"] = [$"{funds.Id}"],
                ["reportId"] = [$"{report.Id}"],
                ["commentId of leadId"] = [.. comments.Take(2)],
                ["commentId of projectId"] = [.. comments.Skip(2)],
            },
            uscc,
            [
                ("q", "隐曜"), ("q", "隐曜星河"), ("q", "yinyao"), ("q", "yyxh"), ("q", Name), ("name", Name), ("uscc", uscc), ("phone", Phone),
                ("email", Email),
                ("investorId", Of(first, "investorId")), ("leadId", $"{first.Id}"), ("ownerId", $"{myself.Id}"),
                ("officerId", $"{myself.Id}"), ("owner", $"{myself.Id}"),
                ("unitId", $"{unit}"), ("unit", $"{unit}"), ("fromUnitId", $"{unit}"), ("toUnitId", to.GetProperty("unitId").GetString()!),
                ("formerUnitId", $"{unit}"),
                ("chain", "xinchuang"), ("nextStep", "overdue"),
            ]);
    }

    private static string Of(Answer answer, string member) => answer.Json.GetProperty(member).GetString()!;

    private sealed record Rows(IReadOnlyDictionary<string, string[]> Ids, string Uscc, IReadOnlyList<(string Name, string Value)> Filters)
    {
        /// <summary>
        /// What tells of the rows wherever it is shown; the phone as it is masked, too. Who has a lead is named to other units (T2).
        /// </summary>
        public IReadOnlyList<string> Marks { get; } =
            [.. Ids.Where(i => i.Key != "officerId").SelectMany(i => i.Value), "隐曜", Uscc, Phone, "170****1234", Email];
    }
}
