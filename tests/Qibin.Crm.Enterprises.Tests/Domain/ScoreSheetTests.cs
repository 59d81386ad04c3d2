using Qibin.Crm.Enterprises.Domain;

namespace Qibin.Crm.Enterprises.Tests.Domain;

public class ScoreSheetTests
{
    [Fact]
    public void Eleven_indicators_give_a_hundred_points()
    {
        Assert.Equal(11, ScoreSheet.Indicators.Select(i => i.Code).Distinct().Count());
        Assert.Equal(100, ScoreSheet.Indicators.Sum(i => i.Points));
    }
}
