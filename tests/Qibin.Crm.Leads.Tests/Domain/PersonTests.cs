using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Tests.Domain;

public class PersonTests
{
    private static readonly Guid AnyId = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
    private static readonly Actor Me = new(AnyId, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("0392-3312345", "3923312345")]
    [InlineData("（0392）3312345", "3923312345")]
    [InlineData("＋86 392 3312345", "3923312345")]
    [InlineData("+86 (0)392-331 2345", "3923312345")]
    [InlineData("0392-3312345转801", "3923312345")]
    [InlineData("0392—3312345 转分机：801", "3923312345")]
    [InlineData("0392-3312345 ext 801", "3923312345")]
    [InlineData("03923312345-801", "3923312345")]
    [InlineData("+86-392-3312345-801", "3923312345")]
    [InlineData("3312345-801", "3312345")]
    [InlineData("138-1234-5678", "13812345678")]
    [InlineData("１３８１２３４５６７８－２２", "13812345678")]
    [InlineData("400-820-8820", "4008208820")]
    [InlineData("400-820-8820-3", "4008208820")]
    [InlineData("020-8888-1234", "2088881234")]
    [InlineData("+1 212-555-0123", "12125550123")]
    [InlineData("+49 30 901820-12", "493090182012")]
    [InlineData(null, null)]
    public void T9_A_phone_is_compared_by_its_digits_without_the_extension(string? phone, string? key) =>
        Assert.Equal(key, PhoneNumbers.KeyOf(phone));

    [Theory]
    [InlineData("13812341234", null, null)]
    [InlineData(null, "zhang@example.com", null)]
    [InlineData(null, null, "hebi_2026")]
    public void T9_A_person_needs_one_way_to_be_reached_and_keeps_one(string? phone, string? email, string? wechat)
    {
        var person = Of(new PersonFacts("张示例", null, phone, email, wechat));
        var refused = Assert.Throws<Refusal>(() => person.Amend(person.Facts() with { Phone = null, Email = null, Wechat = null }, Me));
        Assert.Equal((400, "/phone", "person.unreachable"), (refused.Status, refused.Faults[0].Pointer, refused.Faults[0].Code));
        Assert.Equal((phone, email, wechat), (person.Phone, person.Email, person.Wechat));
        Assert.Throws<Refusal>(() => Of(new PersonFacts("张示例", "总经理", null, null, null)));
    }

    [Fact]
    public void T9_What_is_written_full_width_is_kept_half_width_with_its_extension()
    {
        var facts = Of(new PersonFacts(
            "张示例", null, "（0392）3312345 转 801", "ｚｈａｎｇ＠example.com", "ｈｅｂｉ＿2026")).Facts();
        Assert.Equal(("(0392)3312345 转 801", "zhang@example.com", "hebi_2026"), (facts.Phone, facts.Email, facts.Wechat));
    }

    [Fact]
    public void T9_A_person_is_recognised_by_name_and_one_way_to_be_reached()
    {
        var person = Of(new PersonFacts("张示例", null, "0392-3312345", "zhang@example.com", "hebi_2026"));
        Assert.True(person.Is(new PersonFacts("张示例", null, "＋86 392 3312345-801", null, null)));
        Assert.True(person.Is(new PersonFacts("张示例", null, null, "Zhang@Example.com", null)));
        Assert.True(person.Is(new PersonFacts("张示例", null, null, null, "HEBI_2026")));
        Assert.False(person.Is(new PersonFacts("李示例", null, "0392-3312345", null, null)));
        Assert.False(person.Is(new PersonFacts("张示例", null, "0392-3312346", null, null)));
    }

    private static Person Of(PersonFacts facts) => Person.Of(AnyId, AnyId, facts, Me);
}
