using Microsoft.AspNetCore.Http;

namespace Qibin.Crm.Web.Concurrency;

/// <summary>Sends the answer's version as ETag, and 304 when the caller has it already.</summary>
internal sealed class VersionFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = Answer.Unwrap(await next(context));
        if (Answer.Value(result) is IVersioned versioned)
        {
            var http = context.HttpContext;
            var tag = EntityTag.Of(versioned.Version, versioned.Variant);
            http.Response.Headers.ETag = tag;
            if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            {
                // What a caller may see depends on who it is, so only that caller's own cache may keep it.
                http.Response.Headers.CacheControl = "private, no-cache";
                if (http.Request.Headers.IfNoneMatch.SelectMany(h => (h ?? "").Split(','))
                    .Any(h => h.Trim() is "*" || h.Trim().TrimStart('W', '/') == tag))
                {
                    return TypedResults.StatusCode(StatusCodes.Status304NotModified);
                }
            }
        }

        return result;
    }
}

/// <summary>Looks into what a handler answered.</summary>
internal static class Answer
{
    /// <summary>The result inside a union of results.</summary>
    public static object? Unwrap(object? result) => result is INestedHttpResult nested ? Unwrap(nested.Result) : result;

    public static object? Value(object? result) => result is IValueHttpResult value ? value.Value : result is IResult ? null : result;

    public static int Status(object? result) =>
        result is IStatusCodeHttpResult { StatusCode: int status } ? status : StatusCodes.Status200OK;
}
