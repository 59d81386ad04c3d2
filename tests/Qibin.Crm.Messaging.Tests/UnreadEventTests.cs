using System.Text;
using System.Text.Json;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Transport;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>Events of a newer publisher, as after a return to an older version.</summary>
public sealed class UnreadEventTests
{
    private static readonly LeadOpened Opened = new()
    {
        Lead = new LeadState
        {
            LeadId = new Guid("01a21b18-a64d-7e4a-ad7c-7a44a500640a"),
            Code = "L-2026-000001",
            InvestorId = Guid.Empty,
            InvestorName = "示例",
            Stage = LeadStage.New,
            StageOn = new DateOnly(2026, 11, 1),
            FirstContactOn = new DateOnly(2026, 11, 1),
            OwnerId = Guid.Empty,
            UnitId = Guid.Empty,
            EstimatedInvestment = new Money(1, "CNY"),
            Confidential = false,
            Readers = [],
        },
    };

    private readonly string _json = JsonSerializer.Serialize(Opened, StrictJson.Options);

    [Fact]
    public void Members_that_this_version_does_not_know_are_read_past_also_in_money()
    {
        var newer = _json.Replace("\"code\"", "\"mood\":\"good\",\"code\"", StringComparison.Ordinal)
            .Replace("\"currency\"", "\"taxed\":{\"by\":[1]},\"currency\"", StringComparison.Ordinal);
        Assert.Equal(3, newer.Split("mood").Length + newer.Split("taxed").Length - 1);
        var read = Assert.IsType<LeadOpened>(Read(Storing(), "LeadOpened", newer));
        Assert.Equal(Opened.Lead.EstimatedInvestment, read.Lead.EstimatedInvestment);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<LeadOpened>(newer, StrictJson.Options));
    }

    [Theory]
    [InlineData("LeadDreamed", "new", "new")]
    [InlineData("LeadOpened", "\"new\"", "\"dreaming\"")]
    public void An_unknown_type_or_word_is_unread_for_who_stores_events_and_unreadable_for_others(string type, string known, string newer)
    {
        var body = _json.Replace(known, newer, StringComparison.Ordinal);
        Assert.Equal(new UnreadEvent(type), Read(Storing(), type, body));
        Assert.Throws<UnreadableMessageException>(() => Read(Others(), type, body));
    }

    [Theory]
    [InlineData("LeadOpened", "{")]
    [InlineData("LeadOpened", "null")]
    [InlineData("LeadDreamed", "[]")]
    [InlineData(null, "{}")]
    public void What_is_no_event_at_all_is_unreadable_for_all(string? type, string body) =>
        Assert.Throws<UnreadableMessageException>(() => Read(Storing(), type, body));

    /// <summary>A type that another consumer follows is its to read: it would miss it.</summary>
    [Fact]
    public void A_type_that_another_consumer_follows_is_unreadable() =>
        Assert.Throws<UnreadableMessageException>(() => Read(Storing(), "UnitDefined", "{}"));

    [Fact]
    public void An_unread_event_has_no_exchange() => Assert.DoesNotContain(typeof(UnreadEvent), Storing().All);

    [Theory]
    [InlineData("version", "-1")]
    [InlineData("version", "0")]
    [InlineData("ordinal", "-1")]
    [InlineData("recordedAt", "0001-01-01T00:00:00Z")]
    [InlineData("streamId", "01a21b18-a64d-7e4a-ad7c-7a44a500640b")]
    [InlineData("streamId", "")]
    [InlineData("actorId", null)]
    [InlineData("version", "99999999999999999999")]
    public void R6_An_envelope_that_cannot_be_is_unreadable(string header, string? value)
    {
        Dictionary<string, string> headers = new(StringComparer.Ordinal)
        {
            ["streamType"] = "lead",
            ["streamId"] = Opened.Lead.LeadId.ToString(),
            ["version"] = "1",
            ["ordinal"] = "0",
            ["recordedAt"] = "2026-11-01T00:00:00.0000000Z",
            ["actorId"] = Guid.Empty.ToString(),
        };
        var id = new Guid("01a21b18-a64d-7e4a-ad7c-7a44a500640f").ToString();
        (Delivery Delivery, IEvent Happened) Open() =>
            Envelope.Open(Storing(), id, "LeadOpened", headers, Encoding.UTF8.GetBytes(_json));
        Assert.Equal((1, Opened.Lead.LeadId), (Open().Delivery.Version, Open().Delivery.StreamId));
        if (value is null)
        {
            headers.Remove(header);
        }
        else
        {
            headers[header] = value;
        }

        Assert.Throws<UnreadableMessageException>(() => { Open(); });
    }

    private static IEvent Read(EventTypes events, string? type, string body) => events.Read(type, Encoding.UTF8.GetBytes(body));

    private static EventTypes Storing() => new([.. Subscriptions(), Of(typeof(UnreadEvent), typeof(UnreadEventTests))]);

    private static EventTypes Others() => new(Subscriptions());

    private static Subscription[] Subscriptions() =>
        [Of(typeof(LeadOpened), typeof(UnreadEventTests)), Of(typeof(Contracts.Directory.UnitDefined), typeof(EventTypes))];

    private static Subscription Of(Type happened, Type consumer) => new(happened, consumer, (_, _, _, _) => Task.CompletedTask);
}
