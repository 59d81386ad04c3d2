using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Comments and instructions 批示 on projects.</summary>
public class CommentTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task T18_A_leader_instructs_the_owner_of_a_project_who_says_what_was_done()
    {
        var id = await city.OpenedAsync();
        var (path, before) = ($"/api/v1/projects/{id}/comments", await city.ETagAsync(id));
        var given = (await city.As(city.Leader).PostAsync(path, new
        {
            text = "月底前签约",
            instruction = true,
            mentions = new[] { city.BureauHead.Id, city.ProjectOfficer.Id },
        })).Is(201);
        var address = given.Headers.Location!.OriginalString;
        var told = Assert.Single(await city.Service.EventsAsync(given.Id));
        Assert.Equal(("ProjectCommented", id, city.Officer.Id), (told.Type, told.Payload.GetProperty("comment").GetProperty("subjectId")
            .GetGuid(), told.Payload.GetProperty("comment").GetProperty("ownerId").GetGuid()));

        // An officer works on own projects only, however far other roles see; a head of another unit does not read it.
        var both = TestCaller.Officer(City.Unit) with { Roles = [Roles.Officer, Roles.ServiceOfficer], Reach = Reach.All };
        foreach (var other in new[] { both, city.Colleague, city.ForeignHead })
        {
            (await city.As(other).PostAsync(address + "/outcome", new { text = "已办" }, given.ETag)).IsProblem(404, "resource.notFound");
        }

        foreach (var stranger in new[] { city.Colleague, city.ForeignHead })
        {
            (await city.As(stranger).PostAsync(path, new { text = "意见" })).IsProblem(404, "resource.notFound");
            (await city.As(city.Leader).PostAsync(path, new { text = "请看", mentions = new[] { stranger.Id } }))
                .IsProblem(400, "request.invalid");
        }

        (await city.As(both).PostAsync(path, new { text = "服务专员的意见" })).Is(201);
        (await city.As(city.Officer).PostAsync(address + "/outcome", new { text = "已定于本月 28 日签约" }, given.ETag)).Is(200);
        var item = Assert.Single((await city.As(city.Leader).GetAsync(
            $"/api/v1/projects/instructions?authorId={city.Leader.Id}&state=done")).Is(200).Json.GetProperty("items").EnumerateArray(),
            i => i.GetProperty("path").GetString() == address);
        Assert.Equal("已定于本月 28 日签约", item.GetProperty("comment").GetProperty("outcome").GetProperty("text").GetString());
        Assert.StartsWith("P-", item.GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await city.ETagAsync(id));
    }

    [Fact]
    public async Task T18_Comments_on_a_confidential_project_are_there_for_its_readers_alone()
    {
        var id = await city.OpenedAsync(confidential: true, readers: [city.Officer.Id, city.BureauHead.Id]);
        var path = $"/api/v1/projects/{id}/comments";
        var said = (await city.As(city.BureauHead).PostAsync(path, new { text = "涉密意见", mentions = new[] { city.Officer.Id } })).Is(201);
        (await city.As(city.Officer).GetAsync(said.Headers.Location!.OriginalString)).Is(200);
        foreach (var other in new[] { city.Leader, city.Coordinator, city.UnitHead, city.Integration })
        {
            (await city.As(other).GetAsync(said.Headers.Location!.OriginalString)).IsProblem(404, "resource.notFound");
            (await city.As(other).PostAsync(path, new { text = "意见" })).IsProblem(404, "resource.notFound");
        }

        Assert.Equal(1, await city.Service.CountAsync(
            $"select count(*) from messaging.event where stream_id = '{said.Id}' and '{id}' = any (subjects)"));
    }
}
