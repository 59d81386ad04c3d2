using System.Text.Json;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Benchmarks.Imports;

/// <summary>
/// Reads workbooks of other writers and compares each cell with what a person sees in it. <c>workbooks.mjs</c> makes them: beside each
/// workbook is a JSON file of the same name with the rows of its sheet 表.
/// </summary>
internal static class WorkbookCells
{
    /// <returns>0 if there are workbooks and no cell differs; otherwise 1.</returns>
    public static int Compare(string directory)
    {
        var (books, cells, differing) = (0, 0, 0);
        foreach (var path in Directory.EnumerateFiles(directory, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var seen = JsonSerializer.Deserialize<string?[][]>(File.ReadAllText(path))!;
            var read = Read(Path.ChangeExtension(path, ".xlsx"));
            books++;
            for (var (row, column) = (0, 0); row < seen.Length; (row, column) = (row + 1, 0))
            {
                for (; column < seen[row].Length; column++, cells++)
                {
                    var cell = read.GetValueOrDefault(row + 1)?.ElementAtOrDefault(column);
                    if (cell != seen[row][column])
                    {
                        differing++;
                        Console.WriteLine($"{path} row {row + 1} column {column + 1}: seen {seen[row][column]}, read {cell}");
                    }
                }
            }
        }

        Console.WriteLine($"{books} workbooks, {cells} cells, {differing} differ");
        return books > 0 && differing == 0 ? 0 : 1;
    }

    private static Dictionary<int, string?[]> Read(string path)
    {
        using var file = new MemoryStream();
        file.Write(File.ReadAllBytes(path));
        using var reader = SheetReader.Open(file, new SheetLimits(50_000, 100));
        reader.GoTo(reader.Sheets.Index().Single(sheet => sheet.Item == "表").Index, 0);
        var rows = new Dictionary<int, string?[]>();
        while (reader.Read() is { } row)
        {
            rows.Add(reader.Row, row);
        }

        return rows;
    }
}
