using System.Security.Cryptography;
using System.Text.Json;
using Qibin.Crm.Servers;

namespace Qibin.Crm.Local;

/// <summary>
/// The secrets of one data directory: made up when first asked for, kept in <c>secrets.json</c>, readable by its owner only.
/// </summary>
internal sealed class Secrets
{
    private readonly string _path;
    private readonly SortedDictionary<string, string> _kept;
    private bool _changed;

    private Secrets(string path, SortedDictionary<string, string> kept)
    {
        _path = path;
        _kept = kept;
    }

    public static async Task<Secrets> ReadAsync(string path, CancellationToken ct) =>
        new(path, File.Exists(path)
            ? JsonSerializer.Deserialize<SortedDictionary<string, string>>(await File.ReadAllTextAsync(path, ct), Access.Json)! : []);

    /// <summary>A password that can be typed: 16 letters and digits that are not mistaken for one another, 80 bits and more.</summary>
    public string Password(string name) =>
        Get(name, () => string.Join('-',
            Enumerable.Range(0, 4).Select(
                _ => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 4))));

    /// <summary>256 bits that nobody types.</summary>
    public string Key(string name) => Get(name, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    /// <summary>256 bits in letters and digits.</summary>
    public string Token(string name) => Get(name, () => RandomNumberGenerator.GetHexString(64, lowercase: true));

    /// <summary>Writes what was made up; before anybody uses it.</summary>
    public async Task KeepAsync(CancellationToken ct)
    {
        if (_changed)
        {
            await PrivateFile.WriteAsync(_path, JsonSerializer.Serialize(_kept, Access.Json) + "\n", ct);
            _changed = false;
        }
    }

    private string Get(string name, Func<string> make)
    {
        if (!_kept.TryGetValue(name, out var secret))
        {
            _kept[name] = secret = make();
            _changed = true;
        }

        return secret;
    }
}
