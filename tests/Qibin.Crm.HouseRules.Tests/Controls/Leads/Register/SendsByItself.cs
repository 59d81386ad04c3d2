using MassTransit;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Register;

internal sealed class SendsByItself
{
    public static async Task SendAsync(IEnumerable<IBus> buses)
    {
        foreach (var bus in buses)
        {
            await bus.Publish(new object());
        }
    }
}
