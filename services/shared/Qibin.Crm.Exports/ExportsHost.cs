using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Exports;

/// <summary>What a service with exports adds to itself: its lists, the job that writes them, and the problem texts.</summary>
public static class ExportsHost
{
    /// <summary>The kind of job.</summary>
    internal const string Kind = "export";

    /// <summary>Adds the exports, without any list yet.</summary>
    public static IServiceCollection AddExports(this IServiceCollection services)
    {
        services.Configure<SwaggerGenOptions>(swagger => swagger.SchemaFilter<ExportedWords>());
        // Generated for the requests of this assembly; the service's own call is generated for its.
        services.AddValidation();
        return services.AddSingleton(new SharedProblems(new Dictionary<string, ProblemText>(StringComparer.Ordinal)
        {
            ["export.tooLarge"] = new("结果超过 1,000,000 行，请缩小筛选范围", "The list has more than 1,000,000 rows. Narrow the filter"),
            ["export.notRunning"] = new("导出任务已结束", "The export has ended already"),
            ["export.ownerInactive"] = new("导出人已停用", "Whoever asked for the export is not active any more"),
        }));
    }

    /// <summary>Adds a list that can be exported.</summary>
    public static IServiceCollection AddExport<TList>(this IServiceCollection services) where TList : ExportedList =>
        services.AddSingleton<ExportedList, TList>();

    /// <summary>Runs the service's exports among its jobs.</summary>
    public static JobKinds<TDb> RunExports<TDb>(this JobKinds<TDb> jobs) where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return jobs.Run<ExportJob<TDb>>(Kind);
    }
}

/// <summary>Says in a service's document which of its lists can be exported.</summary>
internal sealed class ExportedWords(IEnumerable<ExportedList> lists) : ISchemaFilter
{
    private static readonly PropertyInfo List = typeof(ExportRequest).GetProperty(nameof(ExportRequest.List))!;

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is OpenApiSchema words && context.MemberInfo == List)
        {
            words.Enum = [.. lists.Select(list => JsonValue.Create(list.Word))];
        }
    }
}
