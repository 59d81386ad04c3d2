using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

/// <summary>What keeps the contributions beside the consumers.</summary>
internal static class RollupsHost
{
    public static WebApplicationBuilder AddRollups(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IMigrationStep, FirstStretches>();
        builder.Services.AddHostedService<Folding>();
        return builder;
    }
}
