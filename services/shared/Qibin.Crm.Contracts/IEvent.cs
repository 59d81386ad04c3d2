namespace Qibin.Crm.Contracts;

/// <summary>
/// A fact of the trade that one service tells the others. Past tense, business facts only: who told it, when it was recorded
/// and of which version of which aggregate it tells travels in the envelope. An event holds no personal data of investors' people, neither
/// name, phone, e-mail nor conversation, and of colleagues the name alone. Changes to a published event only add members.
/// </summary>
#pragma warning disable CA1040 // The catalogue of events is found by this marker.
public interface IEvent;
#pragma warning restore CA1040
