using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Approvals;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>The date of a stage is corrected as it was approved: by two people, with a reason.</summary>
public sealed class StageDateTests(City city) : IClassFixture<City>
{
    private const string Reason = "合同落款为上月";

    [Fact]
    public async Task T3_A_signing_is_corrected_by_two_people_waits_in_the_approvals_and_stays_in_the_history()
    {
        var id = await city.SignedLongAgoAsync();
        var (before, right) = (city.Today.AddYears(-2), city.Today.AddYears(-2).AddDays(20));
        var filed = (await DateAsync(city.Officer, id, "signed", right)).Is(201);
        Assert.Equal(("open", "signed"), (JourneyTests.Text(filed.Json, "state"), JourneyTests.Text(filed.Json, "stage")));
        Assert.Equal($"/api/v1/projects/{id}/submissions/{filed.Id}", filed.Headers.Location!.ToString());
        var submission = (await city.As(city.Leader).GetAsync(filed.Headers.Location.ToString())).Is(200).Json;
        Assert.Equal(
            ("signed", JourneyTests.Day(before), JourneyTests.Day(right), Reason),
            (JourneyTests.Text(submission, "to"), JourneyTests.Text(submission, "previousOn"), JourneyTests.Text(submission, "occurredOn"),
                JourneyTests.Text(submission, "note")));
        Assert.Equal(JourneyTests.Day(before), await SignedOnAsync(id));

        Assert.Contains(await WaitingAsync(city.Leader), a => a.Id == filed.Id && a.Path == filed.Headers.Location.ToString());
        foreach (var other in new[] { city.Officer, city.UnitHead, city.ProjectOfficer })
        {
            Assert.DoesNotContain(await WaitingAsync(other), a => a.Id == filed.Id);
        }

        (await city.As(city.UnitHead).PostAsync(Approval(id, filed), new { decision = "approved" }, filed.ETag))
            .IsProblem(403, "stage.approverRole");
        (await city.As(city.Leader).PostAsync(Approval(id, filed), new { decision = "approved" }, filed.ETag)).Is(200);

        Assert.Equal(JourneyTests.Day(right), await SignedOnAsync(id));
        var move = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/stages")).Is(200).Json.GetProperty("moves")
            .EnumerateArray().Last();
        Assert.Equal(
            ("stageDateCorrected", "signed", JourneyTests.Day(before), JourneyTests.Day(right), Reason, city.Leader.Id, filed.Id),
            (JourneyTests.Text(move, "kind"), JourneyTests.Text(move, "to"), JourneyTests.Text(move, "previousOn"),
                JourneyTests.Text(move, "occurredOn"), JourneyTests.Text(move, "reason"), move.GetProperty("actorId").GetGuid(),
                move.GetProperty("submissionId").GetGuid()));
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal(
            ("ProjectStageDateCorrected", 2L, "signed", JourneyTests.Day(before), JourneyTests.Day(right), city.Leader.Id,
                JourneyTests.Day(right)),
            (told.Type, told.Payload.GetProperty("moveVersion").GetInt64(), JourneyTests.Text(told.Payload, "stage"),
                JourneyTests.Text(told.Payload, "previousOn"), JourneyTests.Text(told.Payload, "occurredOn"),
                told.Payload.GetProperty("approverId").GetGuid(), JourneyTests.Text(told.Payload.GetProperty("project"), "signedOn")));
    }

    [Fact]
    public async Task T3_No_amount_comes_to_lie_before_signing()
    {
        var id = await city.SignedLongAgoAsync();
        var signed = city.Today.AddYears(-2);
        var etag = (await PayAsync(id, signed.AddDays(5))).ETag;
        Assert.Contains(JourneyTests.Day(signed.AddDays(5)),
            (await DateAsync(city.Officer, id, "signed", signed.AddDays(6))).IsProblem(409, "stage.dateAfterAmount").Body,
            StringComparison.Ordinal);

        // A reversed payment counts for nothing; a corrected contract amount does.
        var paid = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/amounts")).Is(200).Json.GetProperty("items")[0];
        (await city.As(city.Officer).PostAsync(
            $"/api/v1/projects/{id}/amounts/{paid.GetProperty("id").GetGuid()}/reversal", new { reason = "重复登记" }, etag)).Is(201);
        (await city.As(city.UnitHead).PostAsync(
            $"/api/v1/projects/{id}/contract-amount", new { amount = City.Cny(7), reason = "补充协议", occurredOn = signed.AddDays(9) },
            await city.ETagAsync(id))).Is(201);
        await city.ApproveAsync(id, city.Leader);
        Assert.Contains(JourneyTests.Day(signed.AddDays(9)),
            (await DateAsync(city.Officer, id, "signed", signed.AddDays(10))).IsProblem(409, "stage.dateAfterAmount").Body,
            StringComparison.Ordinal);

        // An amount that comes while the correction waits.
        var filed = (await DateAsync(city.Officer, id, "signed", signed.AddDays(8))).Is(201);
        await PayAsync(id, signed.AddDays(7));
        (await city.As(city.Leader).PostAsync(Approval(id, filed), new { decision = "approved" }, await city.ETagAsync(id)))
            .IsProblem(409, "stage.dateAfterAmount");
        (await city.As(city.Leader).PostAsync(
            Approval(id, filed), new { decision = "refused", note = "已有付款" }, await city.ETagAsync(id))).Is(200);
        Assert.Equal(JourneyTests.Day(signed), await SignedOnAsync(id));
    }

    [Fact]
    public async Task T3_A_correction_keeps_its_bounds_and_an_integration_brings_the_approval_of_another_system()
    {
        var id = await city.AtAsync("registered");
        var signed = Evidence.Full(city, "signed").OccurredOn!.Value;
        (await city.As(city.Officer).PostAsync(
            $"/api/v1/projects/{id}/stage-dates", new { stage = "signed", occurredOn = signed, reason = Reason }))
            .IsProblem(428, "ifMatch.required");
        (await DateAsync(city.Colleague, id, "signed", signed.AddDays(1))).IsProblem(404, "resource.notFound");
        (await DateAsync(city.Leader, id, "signed", signed.AddDays(1))).IsProblem(403, "auth.forbidden");
        (await DateAsync(city.Officer, id, "registered", city.Today.AddDays(1))).IsProblem(400, "request.invalid");
        (await DateAsync(city.Officer, id, "signed", signed.AddDays(11))).IsProblem(409, "stage.dateAfterNext");
        (await DateAsync(city.Officer, id, "registered", signed.AddDays(-1))).IsProblem(409, "stage.dateBeforePrevious");
        (await DateAsync(city.Officer, id, "registered", signed.AddDays(10))).IsProblem(409, "stage.dateSame");
        (await DateAsync(city.Officer, id, "started", signed)).IsProblem(409, "stage.notReached");
        (await DateAsync(city.Officer, id, "negotiating", signed)).IsProblem(409, "stage.dateOfConversion");
        (await DateAsync(city.Officer, id, "signed", signed.AddDays(1), city.Leader.Id)).IsProblem(400, "request.invalid");
        (await DateAsync(city.Integration, id, "signed", signed.AddDays(1), city.UnitHead.Id)).IsProblem(409, "stage.approverUnfit");
        (await DateAsync(city.Integration, id, "signed", signed.AddDays(1), city.Officer.Id)).IsProblem(409, "stage.approverUnfit");

        var done = (await DateAsync(city.Integration, id, "signed", signed.AddDays(1), city.Leader.Id)).Is(201);
        Assert.Equal(("approved", "registered"), (JourneyTests.Text(done.Json, "state"), JourneyTests.Text(done.Json, "stage")));
        Assert.Equal(JourneyTests.Day(signed.AddDays(1)), await SignedOnAsync(id));
    }

    [Fact]
    public async Task T3_After_a_step_back_the_latest_signing_is_the_one_that_is_corrected()
    {
        var id = await city.AtAsync("signed");
        (await city.As(city.UnitHead).PostAsync(
            $"/api/v1/projects/{id}/step-back", new { to = "negotiating", reason = "合同解除" }, await city.ETagAsync(id))).Is(200);
        var again = Evidence.Full(city, "signed", city.Today.AddDays(-5)) with { ApproverId = city.Leader.Id };
        var signed = (await city.As(city.Integration).PostAsync($"/api/v1/projects/{id}/submissions", (string)again)).Is(201);

        (await DateAsync(city.Integration, id, "signed", city.Today.AddDays(-4), city.Leader.Id)).Is(201);

        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal(signed.Json.GetProperty("version").GetInt64(), told.Payload.GetProperty("moveVersion").GetInt64());
    }

    [Theory]
    [InlineData("Cc")]
    [InlineData("cC")]
    [InlineData("Cacc")]
    public async Task T3_The_opening_has_the_date_of_the_conversion_as_it_was_corrected_last(string order)
    {
        var conversion = city.Conversion();
        var on = conversion.OccurredOn.AddDays(-4);
        var lead = conversion.Lead with { ProjectId = conversion.ProjectId, StageOn = on };
        var corrected = new LeadStageDateCorrected
        {
            Lead = lead,
            MoveVersion = 7,
            Stage = LeadStage.Converted,
            PreviousOn = conversion.OccurredOn,
            OccurredOn = on,
        };
        foreach (var told in order)
        {
            await (told switch
            {
                'C' => city.Service.DeliverAsync(conversion, lead.LeadId, 7),
                'a' => city.Service.DeliverAsync(
                    new LeadAmended { Lead = lead with { StageOn = conversion.OccurredOn, InvestorName = "更名虚构公司" } }, lead.LeadId, 8),
                _ => city.Service.DeliverAsync(corrected, lead.LeadId, 9),
            });
        }

        var project = (await city.GetAsync(conversion.ProjectId)).Json;
        Assert.Equal(
            (JourneyTests.Day(on), JourneyTests.Day(on)),
            (JourneyTests.Text(project, "stageOn"), JourneyTests.Text(project.GetProperty("milestones"), "negotiatingOn")));
        var events = await city.Service.EventsAsync(conversion.ProjectId);
        if (order[0] == 'c')
        {
            Assert.Equal(JourneyTests.Day(on), JourneyTests.Text(Assert.Single(events).Payload, "occurredOn"));
        }
        else
        {
            var told = Assert.Single(events, e => e.Type == "ProjectStageDateCorrected").Payload;
            Assert.Equal(
                (1L, "negotiating", JourneyTests.Day(conversion.OccurredOn), JourneyTests.Day(on)),
                (told.GetProperty("moveVersion").GetInt64(), JourneyTests.Text(told, "stage"), JourneyTests.Text(told, "previousOn"),
                    JourneyTests.Text(told, "occurredOn")));
        }
    }

    [Fact]
    public async Task T3_A_step_back_and_a_termination_are_corrected_by_two_people_and_by_their_version_in_the_history()
    {
        var id = await city.AtAsync("registered");
        (await city.As(city.UnitHead).PostAsync(
            $"/api/v1/projects/{id}/step-back", new { to = "signed", reason = "执照有误", occurredOn = city.Today.AddDays(-3) },
            await city.ETagAsync(id))).Is(200);
        var stepBack = await LastMoveAsync(id);
        (await MoveDateAsync(city.Officer, id, new { stage = "signed", moveVersion = 3, occurredOn = city.Today, reason = Reason }))
            .IsProblem(400, "request.invalid");
        (await MoveDateAsync(city.Officer, id, new { occurredOn = city.Today, reason = Reason })).IsProblem(400, "request.invalid");
        (await MoveDateAsync(city.Officer, id, new { moveVersion = 99, occurredOn = city.Today, reason = Reason }))
            .IsProblem(409, "move.unknown");

        var filed = (await MoveDateAsync(
            city.Officer, id, new { moveVersion = stepBack, occurredOn = city.Today.AddDays(-20), reason = Reason })).Is(201);
        var submission = (await city.As(city.UnitHead).GetAsync(filed.Headers.Location!.ToString())).Is(200).Json;
        Assert.Equal(
            ("date", "registered", stepBack, JourneyTests.Day(city.Today.AddDays(-3))),
            (JourneyTests.Text(submission, "purpose"), JourneyTests.Text(submission, "to"),
                submission.GetProperty("moveVersion").GetInt64(), JourneyTests.Text(submission, "previousOn")));
        // Whoever approves the registration that was taken back.
        Assert.Contains(await WaitingAsync(city.UnitHead), a => a.Id == filed.Id);
        Assert.DoesNotContain(await WaitingAsync(city.Leader), a => a.Id == filed.Id);
        (await city.As(city.UnitHead).PostAsync(Approval(id, filed), new { decision = "approved" }, filed.ETag)).Is(200);
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal(
            ("ProjectMoveDateCorrected", stepBack, JourneyTests.Day(city.Today.AddDays(-3)), JourneyTests.Day(city.Today.AddDays(-20)),
                city.UnitHead.Id),
            (told.Type, told.Payload.GetProperty("moveVersion").GetInt64(), JourneyTests.Text(told.Payload, "previousOn"),
                JourneyTests.Text(told.Payload, "occurredOn"), told.Payload.GetProperty("approverId").GetGuid()));

        // A termination is corrected while the project is terminated, of a project at negotiating too.
        var open = await city.OpenedAsync();
        (await city.As(city.UnitHead).PostAsync(
            $"/api/v1/projects/{open}/status", new { status = "terminated", reason = "撤资" }, await city.ETagAsync(open))).Is(200);
        var terminated = await LastMoveAsync(open);
        filed = (await MoveDateAsync(
            city.UnitHead, open, new { moveVersion = terminated, occurredOn = city.Today.AddDays(-9), reason = Reason })).Is(201);
        Assert.Contains(await WaitingAsync(city.Leader), a => a.Id == filed.Id);
        await city.ApproveAsync(open, city.Leader);
        var project = (await city.GetAsync(open)).Json;
        Assert.Equal(
            ("terminated", JourneyTests.Day(city.Today.AddDays(-9))),
            (JourneyTests.Text(project, "status"), JourneyTests.Text(project, "statusOn")));
        var move = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{open}/stages")).Is(200).Json.GetProperty("moves")
            .EnumerateArray().Last();
        Assert.Equal(
            ("moveDateCorrected", terminated, Reason),
            (JourneyTests.Text(move, "kind"), move.GetProperty("moveVersion").GetInt64(), JourneyTests.Text(move, "reason")));
    }

    [Fact]
    public async Task T3_The_amount_of_a_signing_is_corrected_by_two_people_and_keeps_its_day()
    {
        var id = await city.SignedLongAgoAsync();
        var signing = await LastMoveAsync(id);
        var body = new { moveVersion = signing, amount = City.Cny(130_000_000), reason = "合同额漏一位" };
        (await city.As(city.Leader).PostAsync($"/api/v1/projects/{id}/contract-amount", body, await city.ETagAsync(id)))
            .IsProblem(403, "auth.forbidden");
        (await city.As(city.Officer).PostAsync(
            $"/api/v1/projects/{id}/contract-amount", new { body.moveVersion, body.amount, body.reason, occurredOn = city.Today },
            await city.ETagAsync(id))).IsProblem(400, "request.invalid");
        var filed = (await city.As(city.Officer).PostAsync(
            $"/api/v1/projects/{id}/contract-amount", body, await city.ETagAsync(id))).Is(201);
        Assert.Equal("120000000.00", Amount((await city.GetAsync(id)).Json, "contractAmount"));
        Assert.Contains(await WaitingAsync(city.Leader), a => a.Id == filed.Id);
        Assert.DoesNotContain(await WaitingAsync(city.UnitHead), a => a.Id == filed.Id);
        (await city.As(city.Coordinator).PostAsync(Approval(id, filed), new { decision = "approved" }, filed.ETag)).Is(200);

        Assert.Equal("130000000.00", Amount((await city.GetAsync(id)).Json, "contractAmount"));
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal(
            ("ProjectContractCorrected", signing, "120000000.00", "130000000.00", JourneyTests.Day(city.Today.AddYears(-2))),
            (told.Type, told.Payload.GetProperty("moveVersion").GetInt64(), Amount(told.Payload, "previousAmount"),
                Amount(told.Payload, "amount"), JourneyTests.Text(told.Payload, "occurredOn")));

        // An integration brings the approval of another system.
        (await city.As(city.Integration).PostAsync(
            $"/api/v1/projects/{id}/contract-amount",
            new { amount = City.Cny(140_000_000), reason = "补充协议", approverId = city.Leader.Id }, await city.ETagAsync(id))).Is(201);
        Assert.Equal("140000000.00", Amount((await city.GetAsync(id)).Json, "contractAmount"));

        static string Amount(System.Text.Json.JsonElement of, string member) => JourneyTests.Text(of.GetProperty(member), "amount");
    }

    private async Task<long> LastMoveAsync(Guid id) => (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/stages")).Is(200).Json
        .GetProperty("moves").EnumerateArray().Last().GetProperty("version").GetInt64();

    private async Task<Answer> MoveDateAsync(TestCaller caller, Guid id, object body)
    {
        var etag = await city.ETagAsync(id);
        return await city.As(caller).PostAsync($"/api/v1/projects/{id}/stage-dates", body, etag);
    }

    private async Task<Answer> DateAsync(TestCaller caller, Guid id, string stage, DateOnly occurredOn, Guid? approverId = null)
    {
        var etag = await city.ETagAsync(id);
        return await city.As(caller).PostAsync(
            $"/api/v1/projects/{id}/stage-dates",
            approverId is null ? new { stage, occurredOn, reason = Reason } : new { stage, occurredOn, reason = Reason, approverId }, etag);
    }

    private async Task<Answer> PayAsync(Guid id, DateOnly occurredOn) => (await city.As(city.Officer).PostAsync(
        $"/api/v1/projects/{id}/amounts", new { kind = "paidIn", amount = City.Cny(30), occurredOn, origin = "domestic" })).Is(201);

    private async Task<string> SignedOnAsync(Guid id) =>
        JourneyTests.Text((await city.GetAsync(id)).Json.GetProperty("milestones"), "signedOn");

    private async Task<Approval[]> WaitingAsync(TestCaller caller)
    {
        await using var scope = city.Service.Services.CreateAsyncScope();
        var answer = ActivatorUtilities.CreateInstance<ApprovalsAnswer>(scope.ServiceProvider);
        var claims = new CallerClaims
        {
            Id = caller.Id,
            UnitId = caller.UnitId,
            UnitIds = [caller.UnitId],
            Chains = [],
            Reach = caller.Reach,
            Roles = caller.Roles,
            Scopes = [],
        };
        return (await answer.AnswerAsync(new ApprovalsQuery { Caller = claims }, CancellationToken.None)).Approvals;
    }

    private static string Approval(Guid id, Answer submission) => $"/api/v1/projects/{id}/submissions/{submission.Id}/approval";
}
