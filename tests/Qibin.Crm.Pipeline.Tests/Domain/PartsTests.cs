using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Tests.Domain;

public class PartsTests
{
    private static readonly Guid One = new("00000000-0000-7000-8000-000000000001");
    private static readonly Guid Two = new("00000000-0000-7000-8000-000000000002");
    private static readonly Guid Three = new("00000000-0000-7000-8000-000000000003");

    [Fact]
    public void The_largest_share_takes_what_the_others_are_cut_by()
    {
        var parts = Parts.Divide(100.01m, [Share(One, 3_333), Share(Two, 3_334), Share(Three, 3_333)], 2);
        Assert.Equal([(Two, 3_334, 33.35m), (One, 3_333, 33.33m), (Three, 3_333, 33.33m)], parts);
    }

    [Fact]
    public void Whoever_shares_nothing_gets_no_part()
    {
        Assert.Equal([(One, 10_000, 7.77m)], Parts.Divide(7.77m, [Share(One, 10_000), Share(Two, 0)], 2));
    }

    [Theory]
    [InlineData("99999999.99", Band.Below1)]
    [InlineData("100000000", Band.From1)]
    [InlineData("500000000", Band.From5)]
    [InlineData("999999999.99", Band.From5)]
    [InlineData("1000000000", Band.From10)]
    [InlineData("5000000000", Band.From50)]
    public void A_band_begins_with_its_limit(string amount, Band band) =>
        Assert.Equal(band, Bands.Of(new Money(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), "CNY")));

    private static TransferShare Share(Guid unit, int credit) => new() { UnitId = unit, Credit = credit, Tax = credit };
}
