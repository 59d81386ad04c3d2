namespace Qibin.Crm.Work.Resilience;

#pragma warning disable CA1032 // It says one thing.
/// <summary>A part that a start needs is not there yet.</summary>
internal sealed class AwayException(string part, Exception cause) : Exception($"{part}: {ReasonOf(cause)}", cause)
{
    /// <summary>The last two messages of a failure, from the driver and from the operating system: where it failed, and why.</summary>
    public static string ReasonOf(Exception fault)
    {
        var messages = new List<string>();
        for (var e = fault; e is not null; e = e.InnerException)
        {
            messages.Add(e.Message);
        }

        return string.Join(": ", messages.TakeLast(2));
    }
}
#pragma warning restore CA1032
