using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Identity.Keys;

/// <summary>
/// The two keys of the token server, made once by <c>migrate</c> and read when the service starts. A service that starts before
/// its database answers waits for it: without keys it could answer nothing.
/// </summary>
internal sealed class KeyRing(NpgsqlDataSource database, KeySeal seal, IServiceProvider services) : IHostedService, IMigrationStep
{
    private const string Signing = "signing";
    private const string Encryption = "encryption";
    private ECDsaSecurityKey? _signing;
    private SymmetricSecurityKey? _encryption;

    /// <summary>Signs access and identity tokens: ES256.</summary>
    public ECDsaSecurityKey SigningKey => _signing ?? throw new InvalidOperationException("The keys are read when the service starts.");

    /// <summary>Encrypts authorization codes and refresh tokens, which only this service reads.</summary>
    public SymmetricSecurityKey EncryptionKey =>
        _encryption ?? throw new InvalidOperationException("The keys are read when the service starts.");

    /// <summary>Makes the keys that are not there yet.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await KeepAsync(Signing, signing.ExportPkcs8PrivateKey(), ct);
        await KeepAsync(Encryption, RandomNumberGenerator.GetBytes(32), ct);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Waiting.ForAsync(
        "the database and its keys", ReadAsync, e => e is NpgsqlException or TimeoutException or KeyNotFoundException, services,
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task ReadAsync(CancellationToken ct)
    {
        var curve = ECDsa.Create();
        curve.ImportPkcs8PrivateKey(await ContentAsync(Signing, ct), out _);
        _encryption = Identified(new SymmetricSecurityKey(await ContentAsync(Encryption, ct)));
        _signing = Identified(new ECDsaSecurityKey(curve));
    }

    /// <summary>The same key has the same id in every instance: its thumbprint (RFC 7638).</summary>
    private static TKey Identified<TKey>(TKey key) where TKey : SecurityKey
    {
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return key;
    }

    private async Task KeepAsync(string name, byte[] content, CancellationToken ct)
    {
        await using var keep = database.CreateCommand("insert into sealed_key (name, content) values ($1, $2) on conflict do nothing");
        keep.Parameters.Add(new NpgsqlParameter { Value = name });
        keep.Parameters.Add(new NpgsqlParameter { Value = seal.Close(content) });
        await keep.ExecuteNonQueryAsync(ct);
    }

    private async Task<byte[]> ContentAsync(string name, CancellationToken ct)
    {
        await using var read = database.CreateCommand("select content from sealed_key where name = $1");
        read.Parameters.Add(new NpgsqlParameter { Value = name });
        return seal.Unseal(await read.ExecuteScalarAsync(ct) as byte[] ?? throw new KeyNotFoundException($"No key {name}; run migrate."));
    }
}
