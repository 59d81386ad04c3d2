using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Imports;

/// <summary>Rows of the database as they stood, column by column, whatever columns they have.</summary>
internal sealed class Snapshots
{
    private readonly Dictionary<string, Dictionary<string, JsonElement>> _states;

    private Snapshots(Dictionary<string, Dictionary<string, JsonElement>> states) => _states = states;

    public Snapshots() : this([])
    {
    }

    public static Snapshots Read(string? json) =>
        new(json is null ? [] : JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, JsonElement>>>(json)!);

    public string? Write() => _states.Count == 0 ? null : JsonSerializer.Serialize(_states);

    public bool Has(string what) => _states.ContainsKey(what);

    /// <summary>The id of what was kept; null when nothing was.</summary>
    public Guid? IdOf(string what) => _states.TryGetValue(what, out var state) ? state[nameof(Aggregate.Id)].GetGuid() : null;

    /// <summary>A text of what was kept.</summary>
    public string? TextOf(string what, string property) => _states[what][property].GetString();

    /// <summary>A value of what was kept; null also when a snapshot is older than the property.</summary>
    public T? Of<T>(string what, string property) where T : class =>
        _states[what].TryGetValue(property, out var value) ? value.Deserialize<T>() : null;

    /// <summary>Keeps a tracked row as it is now; call it before the first change.</summary>
    public void Keep(string what, EntityEntry entry)
    {
        if (!_states.ContainsKey(what))
        {
            var now = entry.CurrentValues;
            _states[what] = now.Properties.ToDictionary(
                p => p.Name, p => JsonSerializer.SerializeToElement(now[p], p.ClrType), StringComparer.Ordinal);
        }
    }

    /// <summary>
    /// Puts a tracked row back to what was kept. Its version goes on, since a version never returns, and so does the time of its
    /// newest change, by which others ask what has changed.
    /// </summary>
    public void PutBack(string what, EntityEntry entry)
    {
        foreach (var property in entry.Metadata.GetProperties()
            .Where(p => !p.IsPrimaryKey() && p.Name is not (nameof(Aggregate.Version) or "UpdatedAt")))
        {
            if (_states[what].TryGetValue(property.Name, out var value))
            {
                entry.CurrentValues[property] = value.Deserialize(property.ClrType);
            }
        }
    }
}
