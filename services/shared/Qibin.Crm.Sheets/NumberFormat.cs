using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Qibin.Crm.Sheets;

/// <summary>
/// What a number format (ECMA-376, 18.8.30) makes of a number, as far as it changes what people read: a day, a percentage, a unit such
/// as 万元, a currency. Colours, grouping and the number of decimals change nothing.
/// </summary>
internal sealed partial class NumberFormat
{
    public static readonly NumberFormat General = new([]);

    private static readonly NumberFormat Percent = Of("0%");
    private static readonly NumberFormat Date = Of("yyyy-mm-dd");

    private static readonly (string Word, int Power)[] Units =
        [("亿", 8), ("千万", 7), ("百万", 6), ("十万", 5), ("万", 4), ("千", 3), ("百", 2)];

    private static readonly SearchValues<char> CurrencyMarks = SearchValues.Create("¥￥$€£元币");

    private readonly IReadOnlyList<Section> _sections;

    private NumberFormat(IReadOnlyList<Section> sections) => _sections = sections;

    /// <summary>A format by its code, such as <c>#,##0.00"万元"</c>.</summary>
    public static NumberFormat Of(string code) => new([.. Sections().Matches(code).Select(m => Section.Of(m.Value))]);

    /// <summary>A format that has a number and no code: those of days and percentages, Chinese ones among them.</summary>
    public static NumberFormat BuiltIn(int id) => id switch
    {
        9 or 10 => Percent,
        (>= 14 and <= 17) or 22 or (>= 27 and <= 36) or (>= 50 and <= 58) => Date,
        _ => General,
    };

    /// <summary>The number as text: a telephone number without an exponent, a day as a day, 5000 of <c>0"万元"</c> as 5000万元.</summary>
    public string Shown(string value, bool from1904)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return value;
        }

        var section = SectionOf(number);
        if (section.IsDate && Day(number, from1904) is { } day)
        {
            return day;
        }

        // What Excel shows has 15 significant digits; whole numbers of other writers may have more, and are kept.
        var digits = Whole().IsMatch(value) ? value : number.ToString("G15", CultureInfo.InvariantCulture);
        if (!decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) || (exact == 0 && number != 0))
        {
            return value;
        }

        return section.Shown(exact);
    }

    /// <summary>A day or instant in ISO 8601, to the second; null when the text is none.</summary>
    public static string? Day(string iso) =>
        DateTime.TryParse(iso, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at)
            ? Day(at) : null;

    /// <summary>The day of a serial number; null for a time of day, and for 29 February 1900, which only Excel has.</summary>
    private static string? Day(double serial, bool from1904)
    {
        var days = from1904 ? serial + 1462 : serial < 60 ? serial + 1 : serial;
        return serial < (from1904 ? 0 : 1) || (!from1904 && Math.Floor(serial) == 60) || days >= 2_958_466 ? null
            : Day(DateTime.FromOADate(days));
    }

    private static string Day(DateTime at)
    {
        at = new DateTime((at.Ticks + (TimeSpan.TicksPerSecond / 2)) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond);
        return at.ToString(at.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>The section that a number is shown by: the first whose condition holds, or by its sign.</summary>
    private Section SectionOf(double number)
    {
        if (_sections.FirstOrDefault(s => s.Holds?.Invoke(number) == true) is { } named)
        {
            return named;
        }

        var free = _sections.Where(s => s.Holds is null).ToList();
        var bySign = free.Count == _sections.Count ? number < 0 ? 1 : number == 0 ? 2 : 0 : 0;
        return free.Count == 0 ? Section.Plain : free[bySign < free.Count ? bySign : 0];
    }

    [GeneratedRegex("(\"[^\"]*\"|\\[[^\\]]*\\]|[\\\\!_*].|[^;])+", RegexOptions.Singleline)]
    private static partial Regex Sections();

    [GeneratedRegex("^-?[0-9]{1,28}$", RegexOptions.NonBacktracking)]
    private static partial Regex Whole();

    [GeneratedRegex("^(<=|>=|<>|<|>|=)\\s*(-?[0-9.]+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Condition();

    /// <summary>The part of a format between semicolons.</summary>
    private sealed class Section
    {
        public static readonly Section Plain = new();

        public bool IsDate { get; private init; }

        public Func<double, bool>? Holds { get; private init; }

        private bool IsPercent { get; init; }

        /// <summary>The power of ten by which less is shown: a comma behind the digits hides three, <c>0!.0000</c> four.</summary>
        private int Hidden { get; init; }

        private string Before { get; init; } = "";
        private string After { get; init; } = "";

        public static Section Of(string code)
        {
            var (before, after, tokens) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
            var (holds, elapsed, behindPoint) = (default(Func<double, bool>), false, -1);
            for (var i = 0; i < code.Length; i++)
            {
                var literal = "";
                switch (code[i])
                {
                    case '"':
                        var quote = code.IndexOf('"', i + 1) is >= 0 and var q ? q : code.Length;
                        literal = code[(i + 1)..quote];
                        i = quote;
                        break;
                    case '[':
                        var end = code.IndexOf(']', i) is >= 0 and var e ? e : code.Length;
                        var inside = code[(i + 1)..end];
                        literal = inside.StartsWith('$') ? inside[1..].Split('-')[0] : "";
                        holds ??= ConditionOf(inside);
                        elapsed |= inside.Length > 0 && inside.All(c => c is 'h' or 'm' or 's' or 'H' or 'M' or 'S');
                        i = end;
                        break;
                    case '\\' or '!' when i + 1 < code.Length:
                        literal = code[++i].ToString();
                        break;
                    case '_' or '*':
                        i++;
                        break;
                    case '¥' or '￥' or '$' or '€' or '£' or (>= '\u4E00' and <= '\u9FFF'):
                        literal = code[i].ToString();
                        break;
                    default:
                        tokens.Append(code[i]);
                        break;
                }

                var digits = tokens.ToString().Count(IsDigit);
                behindPoint = literal == "." && digits > 0 ? digits : behindPoint;
                (digits == 0 ? before : after).Append(literal is "." ? "" : literal);
            }

            var plain = tokens.ToString();
            var isDate = !elapsed && (plain.AsSpan().ContainsAny("yYdD")
                || (plain.AsSpan().ContainsAny("mM") && !plain.AsSpan().ContainsAny("hHsS")));
            var last = plain.LastIndexOfAny(['0', '#', '?']);
            var commas = last < 0 ? 0 : plain[(last + 1)..].TakeWhile(c => c == ',').Count();
            return new Section
            {
                IsDate = isDate,
                Holds = holds,
                IsPercent = plain.Contains('%', StringComparison.Ordinal),
                Hidden = (3 * commas) + (behindPoint < 0 ? 0 : plain.Count(IsDigit) - behindPoint),
                Before = before.ToString().Trim(),
                After = after.ToString().Trim(),
            };
        }

        public string Shown(decimal number)
        {
            static string Text(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);
            if (IsPercent)
            {
                return Text(number * 100) + "%";
            }

            var unit = Array.Find(Units, u => After.StartsWith(u.Word, StringComparison.Ordinal)).Power;
            var scale = 1m;
            for (var i = 0; i < Hidden; i++)
            {
                scale *= 10;
            }

            // What is shown is a smaller number than the one that is there, and nothing says so rightly.
            return Hidden > 0 && Hidden != unit ? $"{Text(number)} ({Before}{Text(number / scale)}{After})"
                : Marks(Before) + Text(number / scale) + (unit > 0 ? After : Marks(After));
        }

        /// <summary>Only units and currencies are told.</summary>
        private static string Marks(string literal) =>
            literal.AsSpan().ContainsAny(CurrencyMarks) || (literal.Length == 3 && literal.All(char.IsAsciiLetterUpper)) ? literal : "";

        private static bool IsDigit(char c) => c is '0' or '#' or '?';

        private static Func<double, bool>? ConditionOf(string text)
        {
            if (Condition().Match(text) is not { Success: true } match
                || !double.TryParse(match.Groups[2].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound))
            {
                return null;
            }

            return match.Groups[1].Value switch
            {
                "<" => x => x < bound,
                "<=" => x => x <= bound,
                ">" => x => x > bound,
                ">=" => x => x >= bound,
                "=" => x => x == bound,
                _ => x => x != bound,
            };
        }
    }
}
