using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.Enterprises.Approvals;
using Qibin.Crm.Enterprises.Subjects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

/// <summary>Comments and instructions 批示 on enterprises, which the whole city shares.</summary>
public class CommentTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public async Task T18_An_instruction_on_an_enterprise_waits_for_the_service_officers()
    {
        var id = await enterprises.EnterpriseAsync();
        var path = $"/api/v1/enterprises/{id}/comments";
        var before = (await enterprises.Officer.GetAsync($"/api/v1/enterprises/{id}")).Is(200).ETag;
        var given = (await enterprises.Approver.PostAsync(path, new { text = "走访该企业，摸清用电需求", instruction = true })).Is(201);
        var address = given.Headers.Location!.OriginalString;
        Assert.Equal("EnterpriseCommented", Assert.Single(await enterprises.Service.EventsAsync(given.Id)).Type);

        Assert.Contains(await WaitingAsync(enterprises.ServiceOfficer), a => a.Id == given.Id && a.Path == address);
        foreach (var other in new[] { TestCaller.Person(Roles.Coordinator), enterprises.Leader, TestCaller.Officer() })
        {
            Assert.DoesNotContain(await WaitingAsync(other), a => a.Id == given.Id);
        }

        (await enterprises.Service.As(TestCaller.Officer()).PostAsync(path, new { text = "该企业有意扩产" })).Is(201);
        (await enterprises.Service.As(TestCaller.Officer()).PostAsync(address + "/outcome", new { text = "已办" }, given.ETag))
            .IsProblem(403, "auth.forbidden");
        (await enterprises.Officer.PostAsync(address + "/outcome", new { text = "已走访，需增容 500 千伏安" }, given.ETag)).Is(200);
        Assert.DoesNotContain(await WaitingAsync(enterprises.ServiceOfficer), a => a.Id == given.Id);
        Assert.Equal("done", (await enterprises.Approver.GetAsync(address)).Is(200).Json.GetProperty("state").GetString());
        Assert.Equal(before, (await enterprises.Officer.GetAsync($"/api/v1/enterprises/{id}")).Is(200).ETag);
    }

    [Fact]
    public async Task T18_Comments_on_a_confidential_enterprise_and_its_name_are_there_for_its_readers_alone()
    {
        var reader = await enterprises.PlacedAsync(TestCaller.Person(Roles.ServiceOfficer));
        var leader = await enterprises.PlacedAsync(TestCaller.Person(Roles.Leader));
        var (id, _) = await enterprises.RegisteredAsync(confidential: true, readers: [reader.Id]);
        var (path, client) = ($"/api/v1/enterprises/{id}/comments", enterprises.Service.As(reader));
        var said = (await client.PostAsync(path, new { text = "涉密意见", mentions = new[] { reader.Id } })).Is(201);
        (await client.PostAsync(path, new { text = "请看", mentions = new[] { leader.Id } })).IsProblem(400, "request.invalid");
        (await enterprises.Service.As(leader).GetAsync(said.Headers.Location!.OriginalString)).IsProblem(404, "resource.notFound");
        (await enterprises.Service.As(leader).PostAsync(path, new { text = "意见" })).IsProblem(404, "resource.notFound");

        Assert.Equal("named", await NamedAsync(reader, id));
        Assert.Equal("withheld", await NamedAsync(leader, id));
    }

    private async Task<IReadOnlyList<Approval>> WaitingAsync(TestCaller who)
    {
        await using var scope = enterprises.Service.Services.CreateAsyncScope();
        var reply = await scope.ServiceProvider.GetRequiredService<ApprovalsAnswer>().AnswerAsync(
            new ApprovalsQuery { Caller = ClaimsOf(who) }, TestContext.Current.CancellationToken);
        return reply.Approvals;
    }

    /// <summary>Whether a notice about the enterprise is shown to somebody.</summary>
    private async Task<string> NamedAsync(TestCaller who, Guid id)
    {
        await using var scope = enterprises.Service.Services.CreateAsyncScope();
        var reply = await scope.ServiceProvider.GetRequiredService<SubjectsAnswer>().AnswerAsync(
            new SubjectsQuery { Caller = ClaimsOf(who), Ids = [id, EnterprisesFixture.NewId()] }, TestContext.Current.CancellationToken);
        return (reply.Subjects, reply.Withheld) switch
        {
            ([var named], []) when named.Id == id => "named",
            ([], [var withheld]) when withheld == id => "withheld",
            _ => "neither",
        };
    }

    private static CallerClaims ClaimsOf(TestCaller who) => new()
    {
        Id = who.Id,
        UnitId = who.UnitId,
        UnitIds = [who.UnitId],
        Chains = who.Chains,
        Reach = who.Reach,
        Roles = who.Roles,
        Scopes = [],
    };
}
