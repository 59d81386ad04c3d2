using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>What a text finds beside the investors' names.</summary>
public class SearchBesideTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task T10_A_lead_and_its_investor_are_found_by_code_person_title_and_phone_and_by_nobody_else()
    {
        var owner = TestCaller.Officer();
        var (me, stranger) = (leads.As(owner), leads.As(TestCaller.Officer()));
        var one = await leads.LeadAsync(me, ("investorName", "检索甲装备"), ("personName", "欧阳寻"), ("phone", "139 0392 7711 转 8"));
        await leads.LeadAsync(me, ("investorName", "检索乙装备"), ("personName", "司马某"), ("phone", "0392-3300771"));
        (await me.PatchAsync(LeadsFixture.Path(one), new { title = "低空 经济示范" }, one.ETag)).Is(200);
        var code = one.Json.GetProperty("code").GetString()!;

        foreach (var (q, found) in new (string, bool)[]
        {
            (code, true), (code.ToLowerInvariant(), true), (code[1..], false), ("欧阳", true), ("阳寻", true), ("欧寻", false), ("空经济", true),
            ("低空经济", true), ("低经", false), ("13903927711", true), ("+86 139-0392-7711", true), ("0392 7711", true), ("27711", false),
            ("13903927712", false),
        })
        {
            foreach (var list in (string[])["leads", "investors"])
            {
                var path = $"/api/v1/{list}?total=true&q={Uri.EscapeDataString(q)}";
                var mine = (await me.GetAsync(path)).Is(200).Json;
                Assert.True(found == (mine.GetProperty("total").GetInt32() == 1), $"{list} {q}: {mine}");
                Guid[] expected = found ? [list == "leads" ? one.Id : one.Json.GetProperty("investorId").GetGuid()] : [];
                Assert.Equal(expected, mine.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid()));
                Assert.Equal(0, (await stranger.GetAsync(path)).Is(200).Json.GetProperty("total").GetInt32());
            }
        }
    }

    /// <summary>From four characters on, in any case; of what the caller reads.</summary>
    [Fact]
    public async Task T10_A_lead_and_its_investor_are_found_by_the_beginning_of_a_code()
    {
        var (owner, other) = (TestCaller.Officer(), TestCaller.Officer());
        var (one, two) = (await EnterAsync(owner, "检索己装备"), await EnterAsync(owner, "检索庚装备"));
        await EnterAsync(other, "检索辛装备");
        var code = one.Json.GetProperty("code").GetString()!;
        foreach (var q in (string[])[code[..4], code[..6], code[..7].ToLowerInvariant(), code[..9]])
        {
            Assert.Equal(Ids(one, two), await FoundAsync("leads", q));
            Assert.Equal(Ids(one, two), await FoundAsync("leads", q, "&sort=code"));
            Assert.Equal(
                new[] { one, two }.Select(l => l.Json.GetProperty("investorId").GetGuid()).Order(), await FoundAsync("investors", q));
        }

        Assert.Equal(Ids(one), await FoundAsync("leads", code));
        foreach (var q in (string[])[code[..3], "L_20", "L-2%", code[1..8], "L-1999"])
        {
            Assert.Empty(await FoundAsync("leads", q));
        }

        Task<Answer> EnterAsync(TestCaller caller, string name) =>
            leads.LeadAsync(leads.As(caller), ("investorName", name), ("phone", "13900016999"));

        async Task<IEnumerable<Guid>> FoundAsync(string list, string q, string more = "") =>
            (await leads.As(owner).GetAsync($"/api/v1/{list}?q={Uri.EscapeDataString(q)}{more}")).Is(200).Json.GetProperty("items")
                .EnumerateArray().Select(i => i.GetProperty("id").GetGuid()).Order();

        static IEnumerable<Guid> Ids(params Answer[] of) => of.Select(l => l.Id).Order();
    }

    /// <summary>The index finds the beginning of a code, whatever the collation of the database.</summary>
    [Fact]
    public async Task T10_The_beginning_of_a_code_is_looked_up_in_the_index_of_codes()
    {
        await leads.LeadAsync(leads.As(TestCaller.Officer()), ("investorName", "检索壬装备"));
        var plan = await leads.Service.TextAsync(
            """
            set enable_seqscan = off;
            set enable_bitmapscan = off;
            explain (format json) select id from lead where code like 'L-2026-0001%'
            """);
        Assert.Contains("ix_lead_code", plan, StringComparison.Ordinal);
        Assert.Contains("Index Cond", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task T10_A_masked_phone_is_not_searched_until_it_is_unmasked()
    {
        var leader = leads.As(TestCaller.Person(Roles.Leader));
        var one = await leads.LeadAsync(leads.As(TestCaller.Officer()), ("investorName", "检索丙装备"), ("phone", "13903928822"));
        Assert.Equal((0, 0), (await CountAsync("leads"), await CountAsync("investors")));

        var people = $"/api/v1/investors/{one.Json.GetProperty("investorId").GetGuid()}/people";
        (await leader.PostAsync(
            $"{people}/{one.Json.GetProperty("personId").GetGuid()}/unmasking", new { reason = "领导亲自致电" })).Is(201);
        Assert.Equal((1, 1), (await CountAsync("leads"), await CountAsync("investors")));

        async Task<int> CountAsync(string list) =>
            (await leader.GetAsync($"/api/v1/{list}?total=true&q=13903928822")).Is(200).Json.GetProperty("total").GetInt32();
    }

    [Fact]
    public async Task T10_Of_a_confidential_lead_neither_code_nor_title_nor_person_finds_its_investor()
    {
        var (owner, leader) = (leads.As(TestCaller.Officer()), leads.As(TestCaller.Person(Roles.Leader)));
        var open = await leads.LeadAsync(owner, ("investorName", "检索丁装备"));
        var secret = await leads.LeadAsync(owner, ("investorName", null), ("investorId", open.Json.GetProperty("investorId").GetGuid()),
            ("personName", "诸葛密"), ("confidential", true), ("duplicateOverride", null));
        (await owner.PatchAsync(LeadsFixture.Path(secret), new { title = "绝密 基地" }, secret.ETag)).Is(200);

        foreach (var q in (string[])[secret.Json.GetProperty("code").GetString()!, "绝密基地", "诸葛密"])
        {
            foreach (var (list, mine) in new[] { ("leads", q == "诸葛密" ? 2 : 1), ("investors", 1) })
            {
                var path = $"/api/v1/{list}?total=true&q={Uri.EscapeDataString(q)}";
                Assert.Equal(mine, (await owner.GetAsync(path)).Is(200).Json.GetProperty("total").GetInt32());
                Assert.Equal(0, (await leader.GetAsync(path)).Is(200).Json.GetProperty("total").GetInt32());
            }
        }
    }

    [Fact]
    public async Task T10_What_is_found_by_name_and_by_person_is_one_list_in_its_order()
    {
        var me = leads.As(TestCaller.Officer());
        var made = new List<Guid>();
        for (var n = 0; n < 9; n++)
        {
            made.Add((await leads.LeadAsync(me, ("investorName", n % 3 == 0 ? $"宇文{n}智造" : $"检索戊{n}装备"),
                ("personName", n % 2 == 0 ? "宇文示例" : "张示例"), ("phone", $"1390392880{n}"))).Id);
        }

        Guid[] expected = [.. made.Where((_, n) => n % 3 == 0 || n % 2 == 0)];
        foreach (var sort in (string[])["createdAt", "-createdAt", "updatedAt", "-updatedAt"])
        {
            var seen = new List<Guid>();
            for (string? cursor = ""; cursor is not null;)
            {
                var page = (await me.GetAsync($"/api/v1/leads?q=宇文&limit=2&sort={sort}{cursor}")).Is(200).Json;
                seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid()));
                cursor = page.GetProperty("next").GetString() is { } next ? "&cursor=" + next : null;
            }

            Assert.Equal(sort[0] == '-' ? expected.Reverse() : expected, seen);
        }
    }
}
