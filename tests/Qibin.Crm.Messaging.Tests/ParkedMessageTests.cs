using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Outbox;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.TestKit;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>Messages that cannot be processed stand aside, visible, and are in nobody's way.</summary>
public sealed class ParkedMessageTests : IAsyncLifetime
{
    private TestService _service = null!;
    private ApiClient _administrator = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TallyService.StartAsync();
        _administrator = _service.As(TestCaller.Person(Roles.Administrator));
    }

    public ValueTask DisposeAsync()
    {
        _administrator.Dispose();
        return _service.DisposeAsync();
    }

    [Fact]
    public async Task Poison_is_parked_while_others_go_on_and_replays_once_when_it_is_cured()
    {
        var poison = _service.Services.GetRequiredService<Poison>();
        var stream = Tellings.NewId();
        poison.Into(stream);
        await using var broker = await RawBroker.ConnectAsync();
        var message = Tellings.NewId();
        await broker.RaiseAsync(message, stream, 2);
        var other = await _service.TellAsync(raises: 3);

        await _service.HearsAsync(other, "1.0 2.0 3.0 4.0");
        var parked = await ParkedAsync(message);
        Assert.Equal(nameof(Ledger), parked.GetProperty("consumer").GetString());
        Assert.Equal("parked", parked.GetProperty("state").GetString());
        Assert.Contains("This one is poison.", parked.GetProperty("reason").GetString(), StringComparison.Ordinal);
        // The other consumer of the same message is not concerned.
        await _service.HearsAsync(stream, "2.0", nameof(Mirror));

        var path = $"/api/v1/ops/tally/parked-messages/{parked.GetProperty("id").GetGuid()}";
        var detail = (await _administrator.GetAsync(path)).Is(200);
        Assert.Equal("""{"by":1}""", detail.Json.GetProperty("body").GetString());
        Assert.Equal(stream.ToString(), detail.Json.GetProperty("headers").GetProperty("streamId").GetString());
        Assert.Equal(3, detail.Json.GetProperty("attempts").GetInt32());
        (await _administrator.PostAsync(path + "/replay")).IsProblem(428, "ifMatch.required");
        (await _administrator.PostAsync(path + "/replay", ifMatch: "\"7\"")).IsProblem(412, "ifMatch.stale");
        (await _administrator.PostAsync(path + "/replay", ifMatch: detail.ETag)).IsProblem(409, "parked.failedAgain");
        Assert.Equal("", await _service.HeardAsync(stream));

        poison.Cure(stream);
        var replayed = (await _administrator.PostAsync(path + "/replay", ifMatch: detail.ETag, key: "replay-once")).Is(200);
        Assert.Equal("2.0", await _service.HeardAsync(stream));
        Assert.Equal(replayed.Body,
            (await _administrator.PostAsync(path + "/replay", ifMatch: detail.ETag, key: "replay-once")).Is(200).Body);
        (await _administrator.PostAsync(path + "/replay", ifMatch: replayed.ETag)).IsProblem(409, "parked.resolved");

        // The message itself, delivered once more, is known too.
        await broker.RaiseAsync(message, stream, 2);
        await broker.RaiseAsync(Tellings.NewId(), stream, 3);
        await _service.HearsAsync(stream, "2.0 3.0");
        Assert.Equal(1, await _service.QueryAsync<long>(
            "select count(*) from api.audit_entry where operation = 'replayTallyParkedMessage' and subjects->0->>'id' = $1::text",
            parked.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task A_message_delivered_again_is_parked_once()
    {
        var stream = Tellings.NewId();
        _service.Services.GetRequiredService<Poison>().Into(stream);
        await using var broker = await RawBroker.ConnectAsync();
        var message = Tellings.NewId();

        await broker.RaiseAsync(message, stream, 2);
        await broker.RaiseAsync(message, stream, 2);
        await broker.RaiseAsync(Tellings.NewId(), stream, 3);

        await Eventually.TrueAsync(async () => await _service.QueryAsync<long>(
            "select count(*) from messaging.parked_message where headers ->> 'streamId' = $1", stream.ToString()) >= 2);
        await ParkedAsync(message);
        Assert.Equal(1, await _service.QueryAsync<long>("select count(*) from messaging.parked_message where message_id = $1", message));
    }

    [Fact]
    public async Task A_discarded_message_has_no_effect_even_when_it_comes_again()
    {
        var poison = _service.Services.GetRequiredService<Poison>();
        var stream = Tellings.NewId();
        poison.Into(stream);
        await using var broker = await RawBroker.ConnectAsync();
        var message = Tellings.NewId();
        await broker.RaiseAsync(message, stream, 2);
        var id = (await ParkedAsync(message)).GetProperty("id").GetGuid();
        var path = $"/api/v1/ops/tally/parked-messages/{id}";
        var detail = (await _administrator.GetAsync(path)).Is(200);

        (await _administrator.PostAsync(path + "/discard", new { reason = " " }, detail.ETag)).IsProblem(400, "request.invalid");
        (await _administrator.PostAsync(path + "/discard", new { reason = "Entered twice by hand" }, detail.ETag)).Is(200);
        poison.Cure(stream);
        await broker.RaiseAsync(message, stream, 2);
        await broker.RaiseAsync(Tellings.NewId(), stream, 3);

        await _service.HearsAsync(stream, "3.0");
        Assert.Equal("Entered twice by hand",
            await _service.QueryAsync<string>("select reason from api.audit_entry where subjects->0->>'id' = $1::text", id));
        Assert.Equal("discarded", (await _administrator.GetAsync(path)).Json.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("NoSuchEvent", """{"by":1}""")]
    [InlineData(nameof(TallyRaised), """{"by":"one"}""")]
    [InlineData(nameof(TallyRaised), "{}")]
    [InlineData(nameof(TallyRaised), "null")]
    [InlineData(nameof(TallyRaised), "no JSON \0 at all")]
    public async Task A_message_that_cannot_be_read_is_parked_at_once(string type, string body)
    {
        await using var broker = await RawBroker.ConnectAsync();
        var message = Tellings.NewId();

        await broker.PutAsync(new Outgoing
        {
            Seq = 0,
            MessageId = message,
            StreamId = Tellings.NewId(),
            Type = type,
            StreamType = "tally",
            Version = 2,
            Ordinal = 0,
            SchemaVersion = 1,
            RecordedAt = TimeProvider.System.GetUtcNow(),
            ActorId = Guid.Empty,
            Payload = body,
        });

        var parked = await ParkedAsync(message);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, parked.GetProperty("consumer").ValueKind);
        var path = $"/api/v1/ops/tally/parked-messages/{parked.GetProperty("id").GetGuid()}";
        (await _administrator.PostAsync(path + "/replay", ifMatch: "\"1\"")).IsProblem(409, "parked.unreadable");
    }

    [Fact]
    public async Task A_message_without_any_envelope_is_parked()
    {
        await using var broker = await RawBroker.ConnectAsync();
        var body = Tellings.NewId().ToByteArray();

        await broker.Channel.BasicPublishAsync("", RawBroker.Queue, body);

        await Eventually.TrueAsync(
            async () => await _service.QueryAsync<long>("select count(*) from messaging.parked_message where body = $1", body) == 1);
    }

    [Fact]
    public async Task A_message_that_comes_back_again_and_again_leaves_the_queue_and_is_parked()
    {
        await using var broker = await RawBroker.ConnectAsync();
        var message = Tellings.NewId();
        await _service.DisposeAsync();
        await broker.RaiseAsync(message, Tellings.NewId(), 2);
        // As when the process that reads it ends each time.
        var reader = new AsyncEventingBasicConsumer(broker.Channel);
        reader.ReceivedAsync += (_, got) => broker.Channel.BasicNackAsync(got.DeliveryTag, multiple: false, requeue: true).AsTask();
        var tag = await broker.Channel.BasicConsumeAsync(RawBroker.Queue, autoAck: false, reader);
        await Eventually.TrueAsync(async () => await broker.Channel.MessageCountAsync(RawBroker.Queue + ".dead") == 1);
        await broker.Channel.BasicCancelAsync(tag);

        _service = await TallyService.StartAsync();

        await Eventually.TrueAsync(async () => await _service.QueryAsync<long>(
            "select count(*) from messaging.parked_message where message_id = $1 and consumer is null and headers ? 'x-death'",
            message) == 1);
        Assert.Equal(0u, await broker.Channel.MessageCountAsync(RawBroker.Queue + ".dead"));
    }

    [Fact]
    public async Task Only_operators_see_and_touch_parked_messages()
    {
        using var officer = _service.As(TestCaller.Officer());
        using var auditor = _service.As(TestCaller.Person(Roles.Auditor));
        using var operations = _service.As(TestCaller.Integration("ops.read"));
        var nowhere = $"/api/v1/ops/tally/parked-messages/{Tellings.NewId()}";

        (await officer.GetAsync("/api/v1/ops/tally/parked-messages")).IsProblem(403, "auth.forbidden");
        (await auditor.GetAsync("/api/v1/ops/tally/parked-messages?state=parked,replayed&sort=parkedAt&limit=10&total=true")).Is(200);
        (await operations.GetAsync("/api/v1/ops/tally/outbox")).Is(200);
        (await operations.PostAsync(nowhere + "/replay", ifMatch: "\"1\"")).IsProblem(403, "auth.forbidden");
        (await auditor.PostAsync(nowhere + "/discard", new { reason = "no" }, "\"1\"")).IsProblem(403, "auth.forbidden");
        (await _administrator.PostAsync(nowhere + "/replay", ifMatch: "\"1\"")).IsProblem(404, "resource.notFound");
        (await auditor.GetAsync("/api/v1/ops/tally/parked-messages?state=lost")).IsProblem(400, "request.invalid");
    }

    private Task<System.Text.Json.JsonElement> ParkedAsync(Guid message) => Eventually.GetAsync(
        async () => (await _administrator.GetAsync("/api/v1/ops/tally/parked-messages?limit=200")).Is(200).Json.GetProperty("items")
            .EnumerateArray()
            .SingleOrDefault(m => m.GetProperty("messageId").ToString() == message.ToString()),
        found => found.ValueKind == System.Text.Json.JsonValueKind.Object);
}
