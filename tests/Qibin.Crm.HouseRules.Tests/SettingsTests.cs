using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.HouseRules.Tests;

/// <summary>
/// The README's <i>Configure</i> table is the one that the options classes make; with <c>QIBIN_ACCEPT=1</c> it is written anew.
/// </summary>
public class SettingsTests
{
    [Fact]
    public void The_table_in_the_README_is_that_of_the_options_classes()
    {
        var table = SettingsTable.Of(Architecture.Assemblies.SelectMany(assembly => assembly.GetTypes()));
        var readme = Path.Combine(Repository.Root, "README.md");
        if (Environment.GetEnvironmentVariable("QIBIN_ACCEPT") == "1")
        {
            File.WriteAllText(readme, SettingsTable.Put(File.ReadAllText(readme), table));
        }

        Assert.Equal(table, SettingsTable.In(File.ReadAllText(readme)));
    }

    [Fact]
    public void A_key_has_its_type_default_unit_and_limit()
    {
        var table = SettingsTable.Of([typeof(KettleSettings), typeof(SettingsTests)]);
        Assert.Equal(
            """
            | key | type | default | meaning, unit, limit |
            | --- | --- | --- | --- |
            | `Kettle:Address` | address | **required** | Where the kettle is, such as `http://kettle`. |
            | `Kettle:Degrees` | whole number | `95` | Heat, in degrees. From 20 to 100. |
            | `Kettle:Whistles` | true or false | `true` | Whether it whistles. |

            """,
            table);
        Assert.Equal("a" + SettingsTable.Begin + table + SettingsTable.End + "z",
            SettingsTable.Put("a" + SettingsTable.Begin + "old\n" + SettingsTable.End + "z", table));
    }

    [Settings("Kettle")]
    private sealed record KettleSettings
    {
        /// <summary>Where the kettle is, such as <c>http://kettle</c>.</summary>
        [Required]
        public Uri? Address { get; init; }

        /// <summary>Heat, in degrees.</summary>
        [Range(20, 100)]
        public int Degrees { get; init; } = 95;

        /// <summary>
        /// Whether
        /// it whistles.
        /// </summary>
        public bool Whistles { get; init; } = true;
    }
}
