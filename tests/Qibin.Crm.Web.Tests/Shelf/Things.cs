using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Web.Tests.Shelf;

/// <summary>A thing to put on the shelf.</summary>
public sealed record ThingRequest
{
    [Needed, TextLength(100)]
    public string? Name { get; init; }

    [TextLength(1000)]
    public string? Note { get; init; }

    [Needed]
    public Material? Material { get; init; }

    [NumberRange(1, 1000)]
    public int? Count { get; init; }

    /// <summary>In grams.</summary>
    [NumberRange(0, 1e15)]
    public long? Weight { get; init; }

    [PositiveMoney]
    public Money? Price { get; init; }

    /// <summary>A share in percent.</summary>
    [NumberRange(0, 100, 2)]
    public decimal? Share { get; init; }

    [BusinessDate]
    public DateOnly? MadeOn { get; init; }

    public Guid? BatchId { get; init; }

    [Uscc]
    public string? Uscc { get; init; }

    [PhoneNumber]
    public string? Phone { get; init; }

    [MailAddress]
    public string? Mail { get; init; }

    [DivisionCode]
    public string? Region { get; init; }

    [ChainNodeCode]
    public string? NodeCode { get; init; }

    /// <summary>Parts, at most three.</summary>
    [Items(0, 3)]
    public IReadOnlyList<PartRequest>? Parts { get; init; }
}

/// <summary>A part of a thing.</summary>
public sealed record PartRequest
{
    [Needed, TextLength(20)]
    public string? Label { get; init; }
}

/// <summary>What may be changed of a thing.</summary>
public sealed record ThingPatch : MergePatch
{
    [TextLength(100)]
    public string? Name { get; init => field = Kept(value); }

    [TextLength(1000)]
    public string? Note { get; init => field = Given(value); }
}

/// <summary>A thing as it is read.</summary>
public sealed record ThingAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required long Version { get; init; }
    public required string Name { get; init; }
    public required string? Note { get; init; }
    public required Material Material { get; init; }
    public required int Count { get; init; }
    public required long Weight { get; init; }
    public required Money Price { get; init; }
    public required DateOnly MadeOn { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required Guid BatchId { get; init; }
    public required bool Closed { get; init; }
}

/// <summary>Filters of the list of things.</summary>
public sealed record ThingQuery
{
    /// <summary>Part of the name.</summary>
    [TextLength(50)]
    public string? Q { get; init; }

    public Words<Material>? Material { get; init; }
    public DateOnly? MadeFrom { get; init; }
    public decimal? PriceFrom { get; init; }
    public DateTimeOffset? UpdatedSince { get; init; }
    public Guid? BatchId { get; init; }
    public bool? Closed { get; init; }
}

internal static class Things
{
    private static readonly Listing<Thing> All = new Listing<Thing>(t => t.Id, "-updatedAt")
        .Sort("updatedAt", t => t.UpdatedAt)
        .Sort("name", t => t.Name)
        .Sort("material", t => t.Material)
        .Sort("count", t => t.Count)
        .Sort("weight", t => t.Weight)
        .Sort("price", t => t.Price)
        .Sort("madeOn", t => t.MadeOn)
        .Sort("batchId", t => t.BatchId);

    public static void MapThings(this RouteGroupBuilder api)
    {
        string[] writers = [Roles.Officer, Roles.UnitHead];
        api.MapPost("/things", Create).Allow(Scopes.LeadsWrite, writers).WithName("createThing")
            .WithSummary("新增物品 · Puts a thing on the shelf");
        api.MapPost("/things/batches", CreateAll).Allow(Scopes.LeadsWrite, writers).WithName("createThings")
            .WithSummary("批量新增 · Puts things on the shelf");
        api.MapGet("/things", List).AllowEverybody(Scopes.LeadsRead).WithMetadata(All).WithName("listThings")
            .WithSummary("物品列表 · Lists things");
        api.MapGet("/things/{thingId}", Read).AllowEverybody(Scopes.LeadsRead).WithName("getThing").WithSummary("物品 · A thing");
        api.MapPatch("/things/{thingId}", Amend).Allow(Scopes.LeadsWrite, writers).WithName("amendThing")
            .WithSummary("修改物品 · Amends a thing");
        api.MapPut("/things/{thingId}/label", Label).Allow(Scopes.LeadsWrite, writers).WithName("labelThing")
            .WithSummary("贴标签 · Labels a thing");
        api.MapPost("/things/{thingId}/closure", Close).Allow(null, Roles.UnitHead).WithName("closeThing")
            .WithSummary("封存物品 · Closes a thing");
        api.MapDelete("/things/{thingId}", Remove).Allow(Scopes.LeadsWrite, writers).WithName("removeThing")
            .WithSummary("移除物品 · Removes a thing");
        // What no service has: a fault, and a statement that waits for a lock for ever.
        api.MapGet("/things/fault", Fault).AllowEverybody(Scopes.LeadsRead).ExcludeFromDescription();
        api.MapGet("/things/sleep", Sleep).AllowEverybody(Scopes.LeadsRead).ExcludeFromDescription();
    }

    private static async Task<Created<Receipt>> Create(
        ThingRequest request, ShelfDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        clock.NotAfterToday(request.MadeOn, "/madeOn");
        var thing = Thing.Make(request, caller, clock.GetUtcNow());
        db.Add(thing);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/things/{thing.Id}", new Receipt { Id = thing.Id, Version = thing.Version });
    }

    private static async Task<Ok<BatchAnswer>> CreateAll(
        BatchRequest<ThingRequest> request, HttpContext http, ShelfDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, request, async item => await Create(item, db, caller, clock, ct)));

    private static Task<Page<ThingAnswer>> List(
        [AsParameters] ThingQuery query, [AsParameters] PageQuery page, HttpRequest request, ShelfDb db, Caller caller,
        CancellationToken ct)
    {
        var things = db.Things.AsNoTracking().ReadableBy(caller);
        if (query.Q is { } q)
        {
            var pattern = Like.Containing(q);
            things = things.Where(t => EF.Functions.Like(t.Name, pattern, Like.Escape));
        }

        things = query.Material is { Values: var materials } ? things.Where(t => materials.Contains(t.Material)) : things;
        things = query.MadeFrom is { } from ? things.Where(t => t.MadeOn >= from) : things;
        things = query.PriceFrom is { } price ? things.Where(t => t.Price >= price) : things;
        things = query.UpdatedSince?.ToUniversalTime() is { } since ? things.Where(t => t.UpdatedAt >= since) : things;
        things = query.BatchId is { } batch ? things.Where(t => t.BatchId == batch) : things;
        things = query.Closed is { } closed ? things.Where(t => t.Closed == closed) : things;
        return All.PageAsync(things, page, request, Answer, ct);
    }

    private static async Task<Results<Ok<ThingAnswer>, NotFound>> Read(Guid thingId, ShelfDb db, Caller caller, CancellationToken ct) =>
        await db.Things.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(t => t.Id == thingId, ct) is { } thing
            ? TypedResults.Ok(Answer(thing))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Receipt>, NotFound>> Amend(
        Guid thingId, ThingPatch patch, IfMatch ifMatch, ShelfDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        await ChangeAsync(thingId, ifMatch, db, caller,
            thing => thing.Describe(patch.Over(thing.Name, patch.Name)!, patch.Over(thing.Note, patch.Note), clock.GetUtcNow()), ct);

    private static async Task<Results<Ok<Receipt>, NotFound>> Label(
        Guid thingId, PartRequest label, IfMatch ifMatch, ShelfDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        await ChangeAsync(thingId, ifMatch, db, caller, thing => thing.Describe(label.Label!, thing.Note, clock.GetUtcNow()), ct);

    private static async Task<Results<Ok<Receipt>, NotFound>> Close(
        Guid thingId, IfMatch ifMatch, ShelfDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        await ChangeAsync(thingId, ifMatch, db, caller, thing => thing.Close(clock.GetUtcNow()), ct);

    private static async Task<Results<NoContent, NotFound>> Remove(
        Guid thingId, IfMatch ifMatch, ShelfDb db, Caller caller, CancellationToken ct)
    {
        var thing = await db.Things.EditableBy(caller).ForUpdate(thingId, ct);
        if (thing is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(thing);
        db.Remove(thing);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    private static Page<ThingAnswer> Fault() => throw new InvalidOperationException("Secret insides of the service");

    private static async Task<Ok> Sleep(ShelfDb db, CancellationToken ct)
    {
        await db.Database.ExecuteSqlRawAsync("select pg_sleep(60)", ct);
        return TypedResults.Ok();
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> ChangeAsync(
        Guid thingId, IfMatch ifMatch, ShelfDb db, Caller caller, Action<Thing> change, CancellationToken ct)
    {
        var thing = await db.Things.EditableBy(caller).ForUpdate(thingId, ct);
        if (thing is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(thing);
        change(thing);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = thing.Id, Version = thing.Version });
    }

    private static ThingAnswer Answer(Thing thing) => new()
    {
        Id = thing.Id,
        Version = thing.Version,
        Name = thing.Name,
        Note = thing.Note,
        Material = thing.Material,
        Count = thing.Count,
        Weight = thing.Weight,
        Price = new Money(thing.Price, thing.Currency),
        MadeOn = thing.MadeOn,
        UpdatedAt = thing.UpdatedAt,
        BatchId = thing.BatchId,
        Closed = thing.Closed,
    };
}
