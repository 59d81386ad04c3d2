using Qibin.Crm.Web.Tests.Shelf;

namespace Qibin.Crm.Web.Tests;

/// <summary>A start with settings that are missing or wrong.</summary>
[Collection("stderr")]
public sealed class SettingsTests
{
    [Fact]
    public async Task A_service_without_settings_names_the_missing_keys_and_ends_with_1()
    {
        var (code, said) = await RunAsync();

        Assert.Equal(1, code);
        Assert.Contains("ConnectionStrings:Database is missing", said, StringComparison.Ordinal);
        Assert.Contains("Identity:Issuer is missing", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_out_of_its_range_is_named_with_the_range()
    {
        var (code, said) = await RunAsync(
            ("ConnectionStrings:Database", "Host=127.0.0.1"), ("Identity:Issuer", "http://127.0.0.1/"), ("Telemetry:SampleRatio", "7"));

        Assert.Equal(1, code);
        Assert.Contains("Telemetry:SampleRatio is wrong: The field SampleRatio must be between 0 and 1.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("is missing", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_is_printed_without_any_settings()
    {
        await using var app = ShelfService.Build([]);
        var (before, printed) = (Console.Out, new StringWriter());
        Console.SetOut(printed);
        try
        {
            Assert.Equal(0, await app.RunServiceAsync(["openapi"]));
        }
        finally
        {
            Console.SetOut(before);
        }

        Assert.Contains("\"openapi\"", printed.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> RunAsync(params (string Key, string? Value)[] settings)
    {
        await using var app = ShelfService.Build([], builder =>
            builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))));
        var (before, said) = (Console.Error, new StringWriter());
        Console.SetError(said);
        try
        {
            return (await app.RunServiceAsync([]), said.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
