using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.TestKit.Generated;

/// <summary>Values that generated requests are made of, fitting and nasty ones.</summary>
internal static class Values
{
    private const string Characters = "淇滨区科创新城卫星互联网企业龘𠮷𪚥招商引资";

    /// <summary>Texts that have broken other systems.</summary>
    public static readonly string[] NastyTexts =
    [
        "", " ", "\t", "\n", "\r\n", "null", "undefined", "NaN", "true", "0", "-0", "1e400", "'", "\"", "\\", "%", "%00", "_", ";", "--",
        "/*", "{}", "[]", "<script>alert(1)</script>",
        "'; drop table lead; --", "\" or \"\"=\"", "${7*7}", "{{7*7}}", "../../etc/passwd", "..\\..\\x", "file:///etc/passwd",
        "http://127.0.0.1:1/", "=cmd|' /C calc'!A0", "＝1+1",
        "\0", "a\0b", "\u0001", "\u001b[31m", "\u007f", "\u0085", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2028", "\u2066", "\ufeff",
        "\ufffd", "\ufffe", "\uffff",
        "e\u0301", "\u1100\u1161", "\u0300", "Å", "ﬁ", "İ", "ß", "١٢٣", "ｆｕｌｌ　ｗｉｄｔｈ", "𠮷", "𪚥", "𰻝", "👩‍👩‍👧‍👦", "🇨🇳", "\U000E0041",
        "\U0010FFFF",
        "2024-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "-0001-01-01", "2024-02-29T24:00:00Z", "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{01020304-0506-0708-090a-0b0c0d0e0f10}",
        "9223372036854775808", "-9223372036854775809",
        "79228162514264337593543950336", "1.7976931348623157e309", "0x10", "1_000", "1,000", "१२", "+1", "-1", "1.", ".5", "Infinity",
        "CNY", "cny", "QQQ", "91410600MA0000000L",
    ];

    /// <summary>Raw JSON values, of which a parser may make too much.</summary>
    public static readonly string[] NastyJson =
    [
        "null", "true", "0", "-0", "-1", "1.5", "1e5", "1e400", "-1e400", "1e-400", "0.1e-30", "123456789012345678901234567890",
        "9223372036854775808", "79228162514264337593543950336",
        "2147483648", "[]", "{}", "[[[[]]]]", "{\"a\":{\"b\":{\"c\":null}}}", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
        "\"\\u202e\"", "\"\\uD83D\\uDE00\"", "{\"amount\":\"1\",\"currency\":\"CNY\"}",
        "{\"amount\":1,\"currency\":\"CNY\"}", "{\"amount\":\"1e3\",\"currency\":\"CNY\"}",
        "{\"amount\":\"999999999999999.9999\",\"currency\":\"CNY\"}", "{\"amount\":\"-0.00\",\"currency\":\"XAU\"}",
        "{\"amount\":\"1\"}", "{\"currency\":\"CNY\",\"amount\":\"1\",\"amount\":\"2\"}",
    ];

    /// <summary>Whole bodies that are no JSON object of ours.</summary>
    public static readonly string[] NastyBodies =
    [
        "", " ", "null", "true", "0", "\"x\"", "[]", "[{}]", "{", "}", "{]", "{\"a\"", "{\"a\":}", "{\"a\":1,}", "{,}", "{'a':1}", "{a:1}",
        "{}{}", "{} x", "// x\n{}", "/**/{}", "\ufeff{}", "{\"\":1}",
        "{\"a\":1,\"a\":2}", "{\"__proto__\":{}}", "{\"$type\":\"System.Object\"}", "{\"a\":\"\u0001\"}", "{\"a\":\"\t\"}", "{\"a\":NaN}",
        "{\"a\":Infinity}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.1}", "{\"a\":\"\\x\"}", "<xml/>", "a=1&b=2",
    ];

    public static readonly string[] NastyHeaders =
    [
        "\"1\"", "W/\"1\"", "*", "1", "\"\"", "\"-1\"", "\"9223372036854775808\"", "\"1\", \"2\"", "\"a\"", "\"", "é", "天", "a b", ",", ";",
        "=", "en;q=x", "zh-CN,zh;q=0.9,en;q=NaN", "text/html", "*/*;q=0", "gzip, br",
        "bytes=0-", "00-0-0-00", "Mon, 01 Jan 0001 00:00:00 GMT", "chunked", "\"quoted key\"", "x",
    ];

    private const string UsccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    public static string Uuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>A day of the last years, in the past.</summary>
    public static string Day(Random random) =>
        new DateOnly(2023, 1, 1).AddDays(random.Next(900)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Sentence(Random random, int length)
    {
        var text = new StringBuilder();
        var runes = Characters.EnumerateRunes().ToArray();
        while (text.Length < length)
        {
            var rune = runes[random.Next(runes.Length)];
            if (text.Length + rune.Utf16SequenceLength <= length)
            {
                text.Append(rune);
            }
        }

        return text.ToString();
    }

    /// <summary>A value of a named shape, or null when the name says nothing here.</summary>
    public static string? OfShape(string? shape, Random random) => shape switch
    {
        "phoneNumber" => "+86 392 " + random.Next(1_000_000, 9_999_999).ToString(CultureInfo.InvariantCulture),
        "wechatId" => "test_" + random.Next(1_000_000).ToString(CultureInfo.InvariantCulture),
        "mailAddress" => $"test{random.Next(1_000_000)}@example.com",
        "divisionCode" => "4106" + random.Next(10, 99).ToString(CultureInfo.InvariantCulture),
        "chainNodeCode" => IndustryChains.All[random.Next(IndustryChains.All.Count)].Nodes is var nodes
            ? nodes[random.Next(nodes.Count)].Code : null,
        "uscc" => Uscc(random),
        "countryCode" => ((string[])["DE", "HK", "JP", "KR", "TW", "US"])[random.Next(6)],
        "registrationNumber" => "HRB " + random.Next(1_000_000, 9_999_999).ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    public static string? BreaksShape(string? shape) => shape switch
    {
        "phoneNumber" => "call me",
        "wechatId" => "微信",
        "mailAddress" => "nobody",
        "divisionCode" => "990001",
        "chainNodeCode" => "nothing.here",
        "uscc" => "91410600MA0000000A",
        "countryCode" => "CN",
        "registrationNumber" => "#1",
        _ => null,
    };

    /// <summary>A unified social credit code with a right check character (GB 32100-2015).</summary>
    public static string Uscc(Random random)
    {
        var code = new StringBuilder("91410611MA");
        while (code.Length < 17)
        {
            code.Append(UsccAlphabet[random.Next(UsccAlphabet.Length)]);
        }

        var (sum, weight) = (0, 1);
        for (var i = 0; i < 17; i++)
        {
            sum += UsccAlphabet.IndexOf(code[i], StringComparison.Ordinal) * weight;
            weight = weight * 3 % 31;
        }

        return code.Append(UsccAlphabet[(31 - (sum % 31)) % 31]).ToString();
    }

    /// <summary>The words of a pattern that is a choice of words, such as a list's sorts.</summary>
    public static IReadOnlyList<string> Words(string pattern)
    {
        var choice = Regex.Match(pattern, @"^\^-?\??\(((?:\w+\|?)+)\)", RegexOptions.None, TimeSpan.FromSeconds(1));
        return choice.Success ? choice.Groups[1].Value.Split('|') : [];
    }
}
