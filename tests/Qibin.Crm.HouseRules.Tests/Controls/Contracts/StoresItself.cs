using Npgsql;

namespace Qibin.Crm.HouseRules.Tests.Controls.Contracts;

internal static class StoresItself
{
    public static async Task StoreAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
    }
}
