namespace Qibin.Crm.Web.Tests;

public class JsonTests(ShelfFixture shelf) : IClassFixture<ShelfFixture>
{
    [Theory]
    [InlineData("""{"name":"a","material":"paper","colour":1}""", "/colour", "json.unknownProperty")]
    [InlineData("""{"Name":"a","material":"paper"}""", "/Name", "json.unknownProperty")]
    [InlineData("""{"name":7,"material":"paper"}""", "/name", "json.wrongType")]
    [InlineData("""{"name":"a","material":"paper","count":"7"}""", "/count", "json.wrongType")]
    [InlineData("""{"name":"a","material":"paper","count":1.5}""", "/count", "json.wrongType")]
    [InlineData("""{"name":"a","material":"paper","count":99999999999}""", "/count", "json.wrongType")]
    [InlineData("""{"name":"a","material":"PAPER"}""", "/material", "word.unknown")]
    [InlineData("""{"name":"a","material":"paper, metal"}""", "/material", "word.unknown")]
    [InlineData("""{"name":"a","material":0}""", "/material", "json.wrongType")]
    [InlineData("""{"name":"\ud800","material":"paper"}""", "/name", "text.forbiddenCharacter")]
    [InlineData("""{"name":"a\u202eb","material":"paper"}""", "/name", "text.forbiddenCharacter")]
    [InlineData("""{"name":"a\u200bb","material":"paper"}""", "/name", "text.forbiddenCharacter")]
    [InlineData("""{"name":"a\u0000b","material":"paper"}""", "/name", "text.forbiddenCharacter")]
    [InlineData("""{"name":" ","material":"paper"}""", "/name", "value.required")]
    [InlineData("""{"name":"\u3000\u00a0\u2003\u3164\u2800","material":"paper"}""", "/name", "value.required")]
    [InlineData("""{"name":"a","note":"\u180e\ufe0f \u034f","material":"paper"}""", "/note", "value.required")]
    [InlineData("""{"material":"paper"}""", "/name", "value.required")]
    [InlineData("""{"name":"a","material":"paper","madeOn":"2024-02-30"}""", "/madeOn", "json.wrongType")]
    [InlineData("""{"name":"a","material":"paper","madeOn":"1999-12-31"}""", "/madeOn", "date.range")]
    [InlineData("""{"name":"a","material":"paper","madeOn":"2099-01-01"}""", "/madeOn", "date.future")]
    [InlineData("""{"name":"a","material":"paper","price":{"amount":1,"currency":"CNY"}}""", "/price", "money.invalid")]
    [InlineData("""{"name":"a","material":"paper","price":{"amount":"1e3","currency":"CNY"}}""", "/price", "money.invalid")]
    [InlineData("""{"name":"a","material":"paper","price":{"amount":"1.23456","currency":"CNY"}}""", "/price", "money.invalid")]
    [InlineData("""{"name":"a","material":"paper","price":{"amount":"1000000000000000","currency":"CNY"}}""", "/price", "money.invalid")]
    [InlineData("""{"name":"a","material":"paper","price":{"amount":"1","currency":"cny"}}""", "/price", "currency.unknown")]
    [InlineData("""{"name":"a","material":"paper","price":{"amount":"1"}}""", "/price", "currency.unknown")]
    [InlineData("""{"name":"a","material":"paper","price":{"amount":"0.00","currency":"CNY"}}""", "/price", "money.positive")]
    [InlineData("""{"name":"a","material":"paper","share":12.345}""", "/share", "number.decimals")]
    [InlineData("""{"name":"a","material":"paper","parts":[{"label":"x"},{"label":7}]}""", "/parts/1/label", "json.wrongType")]
    [InlineData("""{"name":"a","material":"paper","parts":[{"label":""}]}""", "/parts/0/label", "value.required")]
    public async Task What_is_wrong_is_told_with_its_place(string body, string pointer, string code)
    {
        using var officer = shelf.AsOfficer();
        var problem = (await officer.SendAsync(HttpMethod.Post, "/api/v1/things", body)).IsProblem(400, "request.invalid");
        var error = Assert.Single(problem.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("""{"name":"a","name":"b","material":"paper"}""")]
    [InlineData("""{"name":"a","material":"paper","price":{"amount":"1","amount":"2","currency":"CNY"}}""")]
    [InlineData("""{"name":"a","material":"paper",}""")]
    [InlineData("""{"name":"a","material":"paper"} x""")]
    [InlineData("""/* a */{"name":"a","material":"paper"}""")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task What_is_no_object_of_ours_is_refused(string body)
    {
        using var officer = shelf.AsOfficer();
        var answer = (await officer.SendAsync(HttpMethod.Post, "/api/v1/things", body)).Is(400);
        Assert.Equal("application/problem+json", answer.ContentType);
    }

    [Theory]
    [InlineData("𠮷𪚥𰻝龘㐀", "𠮷𪚥𰻝龘㐀")]
    [InlineData("Cafe\u0301", "Café")]
    [InlineData("ཏིབ ᠮᠣᠩ ئۇيغۇر ꆈꌠ", "ཏིབ ᠮᠣᠩ ئۇيغۇر ꆈꌠ")]
    public async Task Text_comes_back_in_NFC_and_otherwise_as_it_went_in(string sent, string read)
    {
        using var officer = shelf.AsOfficer();
        var made = (await officer.PostAsync("/api/v1/things", new { name = sent, material = "paper" })).Is(201);
        Assert.Equal(read, (await officer.GetAsync($"/api/v1/things/{made.Id}")).Is(200).Json.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData(" \u3000一\u00a0 ", "一")]
    [InlineData("\u3164鹤\u3000壁\n", "鹤\u3000壁")]
    [InlineData("☎\ufe0f\u2800", "☎\ufe0f")]
    public async Task Text_is_kept_without_the_blanks_around_it(string sent, string read)
    {
        using var officer = shelf.AsOfficer();
        var made = (await officer.PostAsync("/api/v1/things", new { name = sent, note = sent, material = "paper" })).Is(201);
        var thing = (await officer.GetAsync($"/api/v1/things/{made.Id}")).Is(200).Json;
        Assert.Equal((read, read), (thing.GetProperty("name").GetString(), thing.GetProperty("note").GetString()));
    }

    /// <summary>A reason of two characters is not one character between blanks.</summary>
    [Theory]
    [InlineData("一二", null)]
    [InlineData("一 二", null)]
    [InlineData(" 一 ", "text.length|2|10")]
    [InlineData("\u3000一\u3164\u2800\ufe0f", "text.length|2|10")]
    [InlineData("一二三四五六七八九十百", "text.length|2|10")]
    [InlineData("\u3000\u3164", "value.required")]
    [InlineData("", "value.required")]
    public void A_least_length_counts_what_is_not_blank(string text, string? message) => Assert.Equal(
        message, new TextLengthAttribute(10, 2).GetValidationResult(text, new(new object()))?.ErrorMessage);

    [Theory]
    [InlineData("120000000", "120000000.00")]
    [InlineData("0.5", "0.50")]
    [InlineData("999999999999999.99", "999999999999999.99")]
    public async Task Money_is_exact(string sent, string read)
    {
        using var officer = shelf.AsOfficer();
        var made = (await officer.PostAsync("/api/v1/things",
            new { name = "a", material = "paper", price = new { amount = sent, currency = "USD" } })).Is(201);
        var price = (await officer.GetAsync($"/api/v1/things/{made.Id}")).Is(200).Json.GetProperty("price");
        Assert.Equal((read, "USD"), (price.GetProperty("amount").GetString(), price.GetProperty("currency").GetString()));
    }

    [Theory]
    [InlineData("+1", "CNY", "money.invalid")]
    [InlineData("1.", "CNY", "money.invalid")]
    [InlineData(".5", "CNY", "money.invalid")]
    [InlineData("1\n", "CNY", "money.invalid")]
    [InlineData("00000000000000001", "CNY", "money.invalid")]
    [InlineData("100.55", "JPY", "money.decimals")]
    [InlineData("0.001", "CNY", "money.decimals")]
    [InlineData("0.0001", "KWD", "money.decimals")]
    [InlineData("100.00", "JPY", null)]
    [InlineData("0.10", "CNY", null)]
    [InlineData("0.123", "KWD", null)]
    public async Task N11_An_amount_has_the_decimals_of_its_currency_and_the_form_of_the_document(
        string amount, string currency, string? code)
    {
        using var officer = shelf.AsOfficer();
        var answer = await officer.PostAsync("/api/v1/things", new { name = "a", material = "paper", price = new { amount, currency } });
        if (code is null)
        {
            answer.Is(201);
            return;
        }

        var error = Assert.Single(answer.IsProblem(400, "request.invalid").Json.GetProperty("errors").EnumerateArray());
        Assert.Equal(("/price", code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_merge_patch_keeps_what_it_leaves_out_and_removes_what_it_nulls()
    {
        using var officer = shelf.AsOfficer();
        var made = (await officer.PostAsync("/api/v1/things", new { name = "a", note = "b", material = "paper" })).Is(201);
        var path = $"/api/v1/things/{made.Id}";
        var renamed = (await officer.PatchAsync(path, new { name = "c" }, made.ETag)).Is(200);
        Assert.Equal("b", (await officer.GetAsync(path)).Json.GetProperty("note").GetString());
        (await officer.SendAsync(HttpMethod.Patch, path, """{"name":null}""", renamed.ETag)).IsProblem(400, "request.invalid");
        (await officer.SendAsync(HttpMethod.Patch, path, """{"note":null}""", renamed.ETag)).Is(200);
        var read = (await officer.GetAsync(path)).Json;
        Assert.Equal(("c", System.Text.Json.JsonValueKind.Null),
            (read.GetProperty("name").GetString(), read.GetProperty("note").ValueKind));
    }

    [Theory]
    [InlineData(typeof(PhoneNumberAttribute), "+86 (0)392-330 0000", true)]
    [InlineData(typeof(PhoneNumberAttribute), "1234", false)]
    [InlineData(typeof(PhoneNumberAttribute), "１３８００１３８０００", true)]
    [InlineData(typeof(PhoneNumberAttribute), "（0392）3312345", true)]
    [InlineData(typeof(PhoneNumberAttribute), "＋86　392－3312345", true)]
    [InlineData(typeof(PhoneNumberAttribute), "0392-3312345转801", true)]
    [InlineData(typeof(PhoneNumberAttribute), "0392-3312345 转分机 801", true)]
    [InlineData(typeof(PhoneNumberAttribute), "0392-3312345 Ext. 801", true)]
    [InlineData(typeof(PhoneNumberAttribute), "0392-3312345-801", true)]
    [InlineData(typeof(PhoneNumberAttribute), "0392-3312345 内线", false)]
    [InlineData(typeof(PhoneNumberAttribute), "转801", false)]
    [InlineData(typeof(PhoneNumberAttribute), "++86 392", false)]
    [InlineData(typeof(WechatIdAttribute), "hebi_2026", true)]
    [InlineData(typeof(WechatIdAttribute), "ｗｘｉｄ＿12345", true)]
    [InlineData(typeof(WechatIdAttribute), "张经理", false)]
    [InlineData(typeof(WechatIdAttribute), "a b c d e", false)]
    [InlineData(typeof(MailAddressAttribute), "ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", true)]
    [InlineData(typeof(PhoneNumberAttribute), "1234567890123456", false)]
    [InlineData(typeof(MailAddressAttribute), "招商@qibin.example", true)]
    [InlineData(typeof(MailAddressAttribute), "a@b", false)]
    [InlineData(typeof(MailAddressAttribute), "a b@example.com", false)]
    [InlineData(typeof(DivisionCodeAttribute), "410611", true)]
    [InlineData(typeof(DivisionCodeAttribute), "990000", true)]
    [InlineData(typeof(DivisionCodeAttribute), "990001", false)]
    [InlineData(typeof(DivisionCodeAttribute), "4106110", false)]
    [InlineData(typeof(DivisionCodeAttribute), "４１０６１１", false)]
    [InlineData(typeof(ChainNodeCodeAttribute), "satellite.data", true)]
    [InlineData(typeof(ChainNodeCodeAttribute), "satellite", false)]
    [InlineData(typeof(UsccAttribute), "91410600MA0000000L", true)]
    [InlineData(typeof(UsccAttribute), "91410600MA00000001", false)]
    public void Shapes_know_their_own(Type shape, string value, bool fits)
    {
        var attribute = (ShapeAttribute)Activator.CreateInstance(shape)!;
        Assert.Equal(fits, attribute.GetValidationResult(value, new(new object())) is null);
        Assert.True(attribute.Example is null || attribute.GetValidationResult(attribute.Example, new(new object())) is null);
    }
}
