using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Domain.Names;
using Qibin.Crm.Local;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Benchmarks.Search;

/// <summary>
/// Searches, lists and duplicates' look-ups through the gateway, each beside the bare SQL of the same question on connections of its
/// own, in turns: under the scope of a leader, of a unit's head and of an officer.
/// </summary>
internal sealed class SearchFigures(LocalSystem system, int connections, int rounds, TimeSpan duration, string only)
{
    private const int Few = 10_000;
    private static readonly CompositeFormat Line =
        CompositeFormat.Parse("{0,-58} {1,8:0.0} ms {2,8:0.0} ms   {3,8:0.0} ms {4,8:0.0} ms   {5,6:0.00} ({6:0.00} … {7:0.00})");
    private static readonly string Head =
        string.Create(
        CultureInfo.InvariantCulture,
        $"{"",-58} {"ours p50",11} {"p99",11}   {"bare SQL p50",11} {"p99",11}   p50 ours / bare, median (min … max)");

    private readonly HttpClient _http =
        new(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = system.Gateway };
    private LoadedFor _asking = null!;

    /// <summary>One who asks: how the bare SQL says what the token says.</summary>
    private sealed record Asker(string Name, string UserName, string Scope);

    /// <summary>A question, its wording in the API and in SQL, with values that change from one to the next.</summary>
    private sealed record Question(string Name, IReadOnlyList<string> Paths, string Sql, IReadOnlyList<object[]> Values);

    public async Task<int> SearchesAsync(int leads)
    {
        await AskingAsync();
        var few = new Dictionary<string, double>(StringComparer.Ordinal);
        await LeadLoad.ToAsync(system.Database("leads"), Math.Min(leads, Few), _asking, Console.WriteLine);
        Say($"lists, {Math.Min(leads, Few)} leads");
        foreach (var (asker, question) in Lists().Where(Wanted))
        {
            few[asker.Name + question.Name] = (await CompareAsync(asker, question)).P99;
        }

        await LeadLoad.ToAsync(system.Database("leads"), leads, _asking, Console.WriteLine);
        Say($"lists, {leads} leads");
        foreach (var (asker, question) in Lists().Where(Wanted))
        {
            var p99 = (await CompareAsync(asker, question)).P99;
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"    p99 / that at {Few}: {p99 / few[asker.Name + question.Name]:0.00}"));
        }

        Say($"searches, {leads} leads");
        foreach (var (asker, question) in Searches().Where(Wanted))
        {
            await CompareAsync(asker, question);
        }

        return 0;
    }

    public async Task<int> DuplicatesAsync(int investors)
    {
        await AskingAsync();
        await LeadLoad.ToAsync(system.Database("leads"), investors, _asking, Console.WriteLine);
        Say($"duplicates, {investors} investors");
        var invented = new InventedInvestors(410_611);
        var random = new Random(7);
        var (names, numbers) =
            (Enumerable.Range(0, 500).Select(_ => invented.Next()).ToList(), Enumerable.Range(0, 500).Select(_ => random.Next(investors))
            .ToList());
        // Written otherwise than it was entered.
        var variants = names.ConvertAll(n => $"{n.Brand}{n.Trade}（{(n.Region.Length == 0 ? "演示" : n.Region)}）有限责任公司");
        const string byName = "select id, name from investor where compared_name = $1 and merged_into_id is null order by id desc limit 20";
        const string byPhone = "select investor_id, id from person where phone_key = $1 order by id desc limit 20";
        const string byDomain = "select investor_id, id from person where email_domain = $1 order by id desc limit 20";
        foreach (var asker in (Asker[])[Leader, Officer])
        {
            await CompareAsync(asker, new Question("name", Asked("name", variants), byName, Values(variants.Select(ComparedNames.KeyOf))));
            var usccs = numbers.ConvertAll(n => InventedInvestors.Uscc(n / 5 * 5));
            await CompareAsync(
                asker, new Question(
                "unified social credit code", Asked("uscc", usccs), "select id, name from investor where uscc = $1", Values(usccs)));
            var phones = numbers.ConvertAll(InventedInvestors.Phone);
            await CompareAsync(
                asker, new Question("phone", Asked("phone", phones), byPhone, Values(phones.Select(p => PhoneNumbers.KeyOf(p)!))));
            var mails = numbers.ConvertAll(n => InventedInvestors.Email(n / 2 * 2));
            await CompareAsync(
                asker, new Question(
                "e-mail domain", Asked("email", mails), byDomain, Values(mails.Select(m => ComparedContacts.DomainOf(m)!))));
        }

        await CompareAsync(Officer, new Question("all four at once",
            [.. numbers.Select(
                (n, i) => $"/api/v1/investors/duplicates?name={Uri.EscapeDataString(variants[i])}"
                    + $"&uscc={InventedInvestors.Uscc(n / 5 * 5)}&phone={InventedInvestors.Phone(n)}"
                    + $"&email={InventedInvestors.Email(n / 2 * 2)}")],
            ($"({byName}) union all ({byPhone.Replace("$1", "$2", StringComparison.Ordinal)}) "
                + $"union all ({byDomain.Replace("$1", "$3", StringComparison.Ordinal)}) "
                + "union all select id, id from investor where uscc = $4")
                .Replace("id, name from", "id, id from", StringComparison.Ordinal),
            [.. numbers.Select(
                (n, i) => (object[])[ComparedNames.KeyOf(variants[i]), PhoneNumbers.KeyOf(InventedInvestors.Phone(n))!,
                ComparedContacts.DomainOf(InventedInvestors.Email(n / 2 * 2))!, InventedInvestors.Uscc(n / 5 * 5)])]));
        return 0;

        static List<string> Asked(string what, IEnumerable<string> values) =>
            [.. values.Select(v => $"/api/v1/investors/duplicates?{what}={Uri.EscapeDataString(v)}")];
    }

    private bool Wanted((Asker Asker, Question Question) of) =>
        $"{of.Asker.Name}: {of.Question.Name}".Contains(only, StringComparison.Ordinal);

    private static Asker Leader => new("leader", "bai.yunzhou", "true");

    private Asker UnitHead =>
        new("unit head", "lu.jingxing", $"(l.unit_id = '{_asking.UnitId}' or l.shared_with @> array['{_asking.UnitId}'::uuid])");

    private Asker Officer =>
        new("officer", AskingOfficer, $"(l.owner_id = '{_asking.OfficerId}' or l.shared_with @> array['{_asking.OfficerId}'::uuid])");

    private IEnumerable<(Asker, Question)> Lists()
    {
        (Asker Asker, string Name, string Query, string Where, string Order)[] lists =
        [
            (Leader, "newest first", "", "true", "updated_at desc"),
            (UnitHead, "newest first", "", "true", "updated_at desc"),
            (Officer, "newest first", "", "true", "updated_at desc"),
            (Leader, "stage=new", "stage=new", "l.stage = 0", "updated_at desc"),
            (UnitHead, "stage=new", "stage=new", "l.stage = 0", "updated_at desc"),
            (Leader, "chain=satellite", "chain=satellite", "l.chain_code = 'satellite'", "updated_at desc"),
            (Leader, "unitId", $"unitId={_asking.UnitId}", $"l.unit_id = '{_asking.UnitId}'", "updated_at desc"),
            (Leader, "nextStep=overdue", "nextStep=overdue", "l.stage not in (4, 5) and l.next_step_due_on < current_date",
                "updated_at desc"),
            (Officer, "nextStep=overdue", "nextStep=overdue", "l.stage not in (4, 5) and l.next_step_due_on < current_date",
                "updated_at desc"),
            (Leader, "sort=investorName", "sort=investorName", "true", "investor_name"),
            (Leader, "sort=-createdAt", "sort=-createdAt", "true", "created_at desc"),
            (Leader, "stage=new,assessing sort=-lastContactOn", "stage=new,assessing&sort=-lastContactOn", "l.stage in (0, 1)",
                "last_contact_on desc"),
            (Leader, "sourceRegion=41 sort=-firstContactOn", "sourceRegion=41&sort=-firstContactOn", "l.source_region like '41%'",
                "first_contact_on desc"),
        ];
        return lists.Select(l => (l.Asker, new Question(l.Name, ["/api/v1/leads?limit=50" + (l.Query.Length > 0 ? "&" + l.Query : "")],
            $"select l.* from lead l where {l.Asker.Scope} and {Disclosed} and {l.Where} order by l.{l.Order}, "
                + $"l.id{(l.Order.EndsWith("desc", StringComparison.Ordinal) ? " desc" : "")} limit 51", [[]])));
    }

    // Nobody that asks is a reader of what is confidential, but for what is one's own.
    private string Disclosed => $"(not l.confidential or l.readers @> array['{_asking.OfficerId}'::uuid])";

    private IEnumerable<(Asker, Question)> Searches()
    {
        var invented = new InventedInvestors(410_611);
        var some = Enumerable.Range(0, 300).Select(_ => invented.Next()).ToList();
        (string Name, List<string> Terms)[] kinds =
        [
            ("two characters, a third of all", ["科技"]),
            ("two characters, a tenth of all", ["信息", "北京", "上海"]),
            ("two characters, some in a hundred", ["卫星", "医药", "机器", "鹤壁"]),
            ("two characters, some in a thousand", ["量子", "测控", "操作", "濮阳"]),
            ("two characters, a brand", some.ConvertAll(s => s.Brand[..2])),
            ("three and four characters, common", ["新能源", "半导体", "信息技术", "智能装备"]),
            ("four characters, brand and trade", some.ConvertAll(s => s.Brand[..2] + s.Trade[..2])),
            ("pinyin, common", ["keji", "xinxi", "beijing"]),
            ("pinyin, some in a hundred", ["weixing", "yiyao", "jiqiren"]),
            ("pinyin, some in a thousand", ["liangzi", "cekong", "puyang"]),
            ("pinyin, a brand", some.ConvertAll(s => InventedInvestors.Pinyin(s.Brand))),
            ("two initials, common", ["kj", "xx", "zn"]),
            ("four initials, common", ["xxjs", "znkj"]),
            ("four initials, a brand", some.ConvertAll(s => InventedInvestors.Initials(s.Brand[..2] + s.Trade[..2]))),
            ("nobody's name", ["龘靐", "zzzz"]),
        ];
        return from asker in (Asker[])[Leader, UnitHead, Officer] from kind in kinds select (asker, Search(asker, kind.Name, kind.Terms));
    }

    private Question Search(Asker asker, string name, List<string> terms)
    {
        // Chinese by the pairs and the text, letters by initials or syllables: what the tokens were made for, asked as anybody would.
        var queries = terms.ConvertAll(t => NameSearch.Parse(t)!);
        var letters = queries[0].Ways.Count > 0;
        var found = letters
            ? "(i.search_tokens @> $1 or (i.search_tokens @> $2 and i.search_tokens && $3))"
            : "i.search_tokens @> $1 and i.name_key like $2";
        return new Question(name, terms.ConvertAll(t => $"/api/v1/leads?limit=50&q={Uri.EscapeDataString(t)}"),
            $"select l.* from lead l where {asker.Scope} and {Disclosed} and exists (select from investor i where i.id = l.investor_id "
                + $"and {found}) order by l.updated_at desc, l.id desc limit 51",
            queries.ConvertAll(q => letters
                ? (object[])[q.Ways[0].Must, q.Ways[^1].Must, q.Ways[^1].Any]
                : [q.Pairs, $"%{q.Key}%"]));
    }

    /// <returns>Our figures.</returns>
    private async Task<Rate> CompareAsync(Asker asker, Question question)
    {
        var user = system.Access.Users.Single(u => u.UserName == asker.UserName);
        _http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (await SignIn.AsAsync(system.Gateway, user.UserName, user.Password)).AccessToken);
        // A search is planned for its values by both; a list is not.
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(system.Database("leads"))
        {
            Options = question.Values.Count > 1 || question.Values[0].Length > 0 ? "-c plan_cache_mode=force_custom_plan" : "",
            MaxPoolSize = connections,
        });
        var commands = new List<NpgsqlCommand>();
        for (var n = 0; n < connections; n++)
        {
            var command = (await source.OpenConnectionAsync()).CreateCommand();
            command.CommandText = question.Sql;
            foreach (var value in question.Values[0])
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            await command.PrepareAsync();
            commands.Add(command);
        }

        var turn = -1;
        Task<Rate> OursAsync(TimeSpan time) => HttpLoad.RunAsync(connections, time, async _ =>
        {
            using var response = await _http.GetAsync(question.Paths[Next(question.Paths.Count)]);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new InvalidOperationException(
                    $"{question.Name} was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            }

            await response.Content.ReadAsByteArrayAsync();
        });
        Task<Rate> BareAsync(TimeSpan time) => HttpLoad.RunAsync(connections, time, async loop =>
        {
            var values = question.Values[Next(question.Values.Count)];
            for (var n = 0; n < values.Length; n++)
            {
                commands[loop].Parameters[n].Value = values[n];
            }

            await using var reader = await commands[loop].ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
            }
        });

        var warm = TimeSpan.FromSeconds(Math.Min(1, duration.TotalSeconds));
        await OursAsync(warm);
        await BareAsync(warm);
        var (ours, bare) = (new List<Rate>(), new List<Rate>());
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await OursAsync(duration));
            bare.Add(await BareAsync(duration));
        }

        foreach (var command in commands)
        {
            await command.Connection!.DisposeAsync();
        }

        var ratios = ours.Zip(bare, (a, b) => a.P50 / b.P50).ToList();
        Console.WriteLine(
            string.Format(
            CultureInfo.InvariantCulture, Line, $"{asker.Name}: {question.Name}", Rate.Median(ours, r => r.P50),
            Rate.Median(ours, r => r.P99),
            Rate.Median(bare, r => r.P50), Rate.Median(bare, r => r.P99), ratios.Order().ElementAt(ratios.Count / 2), ratios.Min(),
                ratios.Max()));
        return new Rate(Rate.Median(ours, r => r.PerSecond), Rate.Median(ours, r => r.P50), Rate.Median(ours, r => r.P99));

        int Next(int count) => (int)((uint)Interlocked.Increment(ref turn) % (uint)count);
    }

    private static IReadOnlyList<object[]> Values(IEnumerable<string> values) => [.. values.Select(v => (object[])[v])];

    private void Say(string what) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"\n{what} · {connections} connections · {rounds} rounds of {duration.TotalSeconds:0} s each · {Environment.ProcessorCount} "
            + $"processors, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}\n{Head}"));

    /// <summary>Those who ask in the measurement, as the directory knows them.</summary>
    private async Task AskingAsync()
    {
        var user = system.Access.Users.Single(u => u.UserName == AskingOfficer);
        var token = (await SignIn.AsAsync(system.Gateway, user.UserName, user.Password)).AccessToken.Split('.')[1];
        var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token)).RootElement;
        _asking = new LoadedFor(claims.GetProperty("unit").GetGuid(), claims.GetProperty("sub").GetGuid());
    }

    private const string AskingOfficer = "song.yutong";
}
