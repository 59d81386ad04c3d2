using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>What operators and feeds ask of a service's messaging.</summary>
public static class MessagingEndpoints
{
    /// <summary>Maps <c>/ops/{service}/…</c> and <c>/changes/{service}</c>, with this service's own name in the addresses.</summary>
    public static RouteGroupBuilder MapOperations(this RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        var service = ((IEndpointRouteBuilder)api).ServiceProvider.GetRequiredService<ServiceDescription>().Name;
        // Operation ids are unique over all services.
        var name = char.ToUpperInvariant(service[0]) + service[1..];
        var ops = api.MapGroup("/ops/" + service);
        ops.MapGet("/outbox", ReadOutbox.Handle)
            .Allow(Scopes.OpsRead, Roles.Administrator, Roles.Auditor)
            .WithName($"get{name}Outbox").WithSummary("待发事件 · Events that wait for the broker");
        ops.MapPost("/outbox/{streamId:guid}/replay", ReplayStream.Handle)
            .Allow(Scopes.OpsWrite, Roles.Administrator)
            .WithName($"replay{name}Stream").WithSummary("重发滞留事件 · Send a stream's held events again");
        ops.MapGet("/parked-messages", ListParkedMessages.Handle)
            .Allow(Scopes.OpsRead, Roles.Administrator, Roles.Auditor).WithMetadata(ListParkedMessages.Listing)
            .WithName($"list{name}ParkedMessages").WithSummary("搁置消息列表 · Messages that could not be processed");
        ops.MapGet("/parked-messages/{messageId:guid}", ReadParkedMessage.Handle)
            .Allow(Scopes.OpsRead, Roles.Administrator, Roles.Auditor)
            .WithName($"get{name}ParkedMessage").WithSummary("搁置消息详情 · One parked message");
        ops.MapPost("/parked-messages/{messageId:guid}/replay", ReplayParkedMessage.Handle)
            .Allow(Scopes.OpsWrite, Roles.Administrator)
            .WithName($"replay{name}ParkedMessage").WithSummary("重放搁置消息 · Process a parked message after all");
        ops.MapPost("/parked-messages/{messageId:guid}/discard", DiscardParkedMessage.Handle)
            .Allow(Scopes.OpsWrite, Roles.Administrator)
            .WithName($"discard{name}ParkedMessage").WithSummary("丢弃搁置消息 · Give a parked message up");
        api.MapGet("/changes/" + service, ReadChanges.Handle)
            .Allow(Scopes.EventsRead, Roles.Administrator, Roles.Auditor)
            .WithName($"read{name}Changes").WithSummary("变更流 · Events since a cursor, without gaps");
        return api;
    }
}
