using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Enterprises.Chains;

/// <summary>The district's industry chains, reference data that every service has.</summary>
internal static class ChainRoutes
{
    public static void MapChains(this RouteGroupBuilder api)
    {
        var chains = api.MapGroup("/industry-chains");
        chains.MapGet("", List).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("listIndustryChains").WithSummary("产业链列表 · List industry chains");
        chains.MapGet("/{code}", Get).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getIndustryChain").WithSummary("产业链详情 · Read an industry chain");
        chains.MapGet("/{code}/nodes", Nodes).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("listIndustryChainNodes").WithSummary("产业链节点 · List a chain's nodes");
    }

    private static Ok<Page<IndustryChain>> List() => TypedResults.Ok(new Page<IndustryChain> { Items = IndustryChains.All, Next = null });

    private static Results<Ok<IndustryChain>, NotFound> Get(string code) =>
        Find(code) is { } chain ? TypedResults.Ok(chain) : TypedResults.NotFound();

    private static Results<Ok<Page<ChainNode>>, NotFound> Nodes(string code) =>
        Find(code) is { } chain ? TypedResults.Ok(new Page<ChainNode> { Items = chain.Nodes, Next = null }) : TypedResults.NotFound();

    private static IndustryChain? Find(string code) => IndustryChains.All.FirstOrDefault(chain => chain.Code == code);
}
