using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Identity.Tests;

public sealed class ClientTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task A_client_gets_the_scopes_it_asks_for_and_a_stable_subject()
    {
        var first = IdentityFixture.Parse(
            await SignIn.AsClientAsync(identity.Address, IdentityFixture.ClientId, IdentityFixture.ClientSecret, Scopes.LeadsRead));
        var all = IdentityFixture.Parse(
            await SignIn.AsClientAsync(identity.Address, IdentityFixture.ClientId, IdentityFixture.ClientSecret));
        Assert.Equal("at+jwt", first.Typ);
        Assert.Equal(Scopes.LeadsRead, first.GetClaim("scope").Value);
        Assert.Equal(Scopes.All.Order(), all.GetClaim("scope").Value.Split(' ').Order());
        Assert.Equal("integration", first.GetClaim("role").Value);
        Assert.Equal("all", first.GetClaim("reach").Value);
        Assert.Equal(await identity.ValueAsync<Guid>("select id from client where client_id = 'partner'"), Guid.Parse(first.Subject));
        Assert.Equal(first.Subject, all.Subject);
    }

    [Fact]
    public async Task A_scope_that_the_client_does_not_have_is_refused()
    {
        var made = await CreateAsync(Scopes.LeadsRead);
        using var browser = new SignIn(identity.Address);
        Assert.Equal(400, (await TokenAsync(made, Scopes.LeadsWrite)).Status);
        Assert.Equal(200, (await TokenAsync(made, Scopes.LeadsRead)).Status);
    }

    [Fact]
    public async Task A_new_secret_is_told_once_and_stands_nowhere()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var body = new { clientId = "told-once", displayName = "一次性", scopes = new[] { Scopes.LeadsRead }, secretDays = 30 };
        var first = (await admin.PostAsync("/api/v1/clients", body, key: "told-once")).Is(201);
        var secret = first.Json.GetProperty("clientSecret").GetString()!;
        Assert.Equal(43, secret.Length);
        var repeat = (await admin.PostAsync("/api/v1/clients", body, key: "told-once")).Is(201);
        Assert.Equal(first.Id, repeat.Id);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, repeat.Json.GetProperty("clientSecret").ValueKind);
        Assert.DoesNotContain(secret, await identity.ValueAsync<string>("select answer from api.idempotency where key = 'told-once'"),
            StringComparison.Ordinal);
        Assert.Equal(32, await identity.ValueAsync<int>("select length(hash) from client_secret where client_id = $1", first.Id));
        var read = (await admin.GetAsync($"/api/v1/clients/{first.Id}")).Is(200);
        Assert.DoesNotContain(secret, read.Body, StringComparison.Ordinal);
        (await admin.PostAsync("/api/v1/clients", body with { displayName = "another" })).IsProblem(409, "client.idTaken");
    }

    [Fact]
    public async Task Both_secrets_are_good_during_a_rotations_overlap_and_the_old_one_ends_with_it()
    {
        var old = await CreateAsync(Scopes.LeadsRead);
        var admin = await identity.AsAsync(Roles.Administrator);
        var rotated = (await admin.PostAsync($"/api/v1/clients/{old.Id}/secrets", new { overlapHours = 1 }, ifMatch: "\"1\"")).Is(200);
        var next = old with { Secret = rotated.Json.GetProperty("clientSecret").GetString()! };
        Assert.Equal(200, (await TokenAsync(old)).Status);
        Assert.Equal(200, (await TokenAsync(next)).Status);
        (await admin.PostAsync($"/api/v1/clients/{old.Id}/secrets", new { overlapHours = 0 }, ifMatch: "\"1\""))
            .IsProblem(412, "ifMatch.stale");
        (await admin.PostAsync($"/api/v1/clients/{old.Id}/secrets", new { overlapHours = 0 })).IsProblem(428, "ifMatch.required");

        var last = (await admin.PostAsync($"/api/v1/clients/{old.Id}/secrets", new { overlapHours = 0 }, ifMatch: rotated.ETag)).Is(200);
        Assert.Equal(401, (await TokenAsync(old)).Status);
        Assert.Equal(401, (await TokenAsync(next)).Status);
        Assert.Equal(200, (await TokenAsync(next with { Secret = last.Json.GetProperty("clientSecret").GetString()! })).Status);
    }

    [Fact]
    public async Task A_revoked_client_gets_no_token()
    {
        var made = await CreateAsync(Scopes.LeadsRead);
        var admin = await identity.AsAsync(Roles.Administrator);
        (await admin.PostAsync($"/api/v1/clients/{made.Id}/revocation", new { reason = "合作结束" }, ifMatch: "\"1\"")).Is(200);
        Assert.Equal(401, (await TokenAsync(made)).Status);
        (await admin.PostAsync($"/api/v1/clients/{made.Id}/revocation", new { reason = "again" }, ifMatch: "\"2\""))
            .IsProblem(409, "client.revoked");
        await identity.CollectAuditAsync();
        var audit = (await admin.GetAsync($"/api/v1/audit?subjectId={made.Id}")).Is(200);
        Assert.Equal(["revokeClient", "createClient"], audit.Json.GetProperty("items").EnumerateArray()
            .Select(a => a.GetProperty("operation").GetString()));
    }

    [Fact]
    public async Task Only_administrators_make_clients_and_no_client_does()
    {
        var body = new { clientId = "sneaky", displayName = "x", scopes = new[] { Scopes.LeadsRead } };
        (await (await identity.AsAsync(Roles.Leader)).PostAsync("/api/v1/clients", body)).IsProblem(403, "auth.forbidden");
        (await (await identity.AsClientAsync()).PostAsync("/api/v1/clients", body)).IsProblem(403, "auth.forbidden");
        (await (await identity.AsAsync(Roles.Administrator)).PostAsync("/api/v1/clients", body with { scopes = ["everything"] }))
            .IsProblem(400, "request.invalid");
    }

    [Theory]
    [InlineData("/connect/token", false)]
    [InlineData("/connect/token", true)]
    [InlineData("/connect/revocation", false)]
    public async Task S18_Nobody_learns_from_a_refusal_which_clients_exist(string path, bool basic)
    {
        var made = await CreateAsync(Scopes.LeadsRead);
        var gone = await CreateAsync(Scopes.LeadsRead);
        (await (await identity.AsAsync(Roles.Administrator)).PostAsync(
            $"/api/v1/clients/{gone.Id}/revocation", new { reason = "合作结束" }, ifMatch: "\"1\"")).Is(200);
        (string Id, string? Secret)[] wrong =
        [
            ("nobody-knows-it", "whatever"), ("nobody-knows-it", null), (made.ClientId, "whatever"), (made.ClientId, null),
            (gone.ClientId, gone.Secret), (made.ClientId, made.Secret + "x"), (SignIn.Client, "whatever"),
        ];
        var answers = new HashSet<(bool HasSecret, string Answer)>();
        foreach (var (id, secret) in wrong)
        {
            using var browser = new SignIn(identity.Address);
            var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["token"] = "x" };
            if (basic)
            {
                browser.Browser.DefaultRequestHeaders.Authorization =
                    new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{id}:{secret}")));
            }
            else
            {
                form["client_id"] = id;
                if (secret is not null)
                {
                    form["client_secret"] = secret;
                }
            }

            using var content = new FormUrlEncodedContent(form);
            using var answer = await browser.Browser.PostAsync(new Uri(path, UriKind.Relative), content);
            answers.Add((secret is not null,
                $"{(int)answer.StatusCode} {answer.Headers.WwwAuthenticate} {await answer.Content.ReadAsStringAsync()}"));
        }

        // A request without a secret says so by itself, whoever the client is.
        Assert.Single(answers, answer => !answer.HasSecret);
        var (_, one) = Assert.Single(answers, answer => answer.HasSecret);
        Assert.StartsWith("401 ", one, StringComparison.Ordinal);
        Assert.Contains("invalid_client", one, StringComparison.Ordinal);
    }

    private sealed record Made(Guid Id, string ClientId, string Secret);

    private async Task<Made> CreateAsync(params string[] scopes)
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var clientId = "client-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var made = (await admin.PostAsync("/api/v1/clients", new { clientId, displayName = "测试", scopes })).Is(201);
        return new Made(made.Id, clientId, made.Json.GetProperty("clientSecret").GetString()!);
    }

    private async Task<(int Status, string Body)> TokenAsync(Made client, string? scope = null)
    {
        using var browser = new SignIn(identity.Address);
        var form = new Dictionary<string,
            string>
        { ["grant_type"] = "client_credentials", ["client_id"] = client.ClientId, ["client_secret"] = client.Secret };
        if (scope is not null)
        {
            form["scope"] = scope;
        }

        return await browser.TokenAsync(form);
    }
}
