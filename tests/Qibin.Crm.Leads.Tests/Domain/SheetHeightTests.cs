using System.Text;
using System.Text.RegularExpressions;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Leads.Tests.Domain;

public partial class SheetHeightTests
{
    [Fact]
    public void F_a_row_is_as_high_as_its_longest_text()
    {
        object?[][] rows =
        [
            ["短", 1m], ["招商一分局（卫星互联网产业链专班）", 1m], ["第一行\n第二行", null], [null, new string('长', 4000)],
        ];
        Assert.Equal(["", "48", "33", "409"], Heights(SheetWriter.Rows(SheetFormat.Xlsx, rows, widths: [14, 12])));
        Assert.Equal(["", "", "", ""], Heights(SheetWriter.Rows(SheetFormat.Xlsx, rows)));
    }

    private static IEnumerable<string> Heights(byte[] sheet) =>
        Row().Matches(Encoding.UTF8.GetString(sheet)).Select(row => row.Groups[1].Value);

    [GeneratedRegex("""<row(?: ht="(\d+)" customHeight="1")?>""", RegexOptions.NonBacktracking)]
    private static partial Regex Row();
}
