using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Qibin.Crm.Web.Concurrency;

namespace Qibin.Crm.Web.Paging;

/// <summary>Sends the next page as a Link header too (RFC 8288), relative, so that it holds behind any gateway.</summary>
internal sealed class LinkFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = Answer.Unwrap(await next(context));
        if (Answer.Value(result) is IPage { Next: string cursor })
        {
            var request = context.HttpContext.Request;
            var query = request.Query.Where(q => q.Key != "cursor").ToDictionary(q => q.Key, q => (string?)q.Value.ToString());
            query["cursor"] = cursor;
            context.HttpContext.Response.Headers.Link = $"<{QueryHelpers.AddQueryString(request.Path, query)}>; rel=\"next\"";
        }

        return result;
    }
}
