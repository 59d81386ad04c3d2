using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Validation;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Problems;

#pragma warning disable ASP0029 // Validating one item by itself is what this evaluation API is for.

namespace Qibin.Crm.Web.Validation;

/// <summary>The published shape of a request, checked outside of a request of its own: an item of a batch, a row of an import.</summary>
public static class ShapeCheck
{
    /// <summary>What is wrong with the item, by pointers into it; nothing when it fits.</summary>
    public static async Task<IReadOnlyList<Fault>> FaultsAsync<T>(T item, IServiceProvider services, CancellationToken ct) where T : class
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.GetRequiredService<IOptions<ValidationOptions>>().Value;
        if (!options.TryGetValidatableTypeInfo(typeof(T), out var shape))
        {
            return [];
        }

        var context = new ValidateContext
        {
            ValidationOptions = options,
            ValidationContext = new System.ComponentModel.DataAnnotations.ValidationContext(item, services, null),
        };
        await shape.ValidateAsync(item, context, ct);
        return context.ValidationErrors is { Count: > 0 } errors ? [.. ProblemWriter.Faults(errors)] : [];
    }
}
