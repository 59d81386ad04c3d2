using Qibin.Crm.Leads.Domain;
using static Qibin.Crm.Leads.Tests.Domain.Sample;

namespace Qibin.Crm.Leads.Tests.Domain;

public class ImportTests
{
    private static readonly string[] Fields = ["investorName"];

    [Fact]
    public void Without_rows_there_is_nothing_to_import()
    {
        var import = Import.Of(NewId(), "名单.csv", Officer);
        Refused("import.empty", () => import.Execute(NewId(), Fields, dryRun: true, finished: false, Morning));
        Refused("import.empty", () => import.Execute(NewId(), Fields, dryRun: false, finished: false, Morning));
        Assert.Null(import.JobId);
    }

    [Fact]
    public void A_dry_run_starts_nothing_and_another_file_may_follow()
    {
        var (import, job) = (Loaded(), NewId());
        import.Execute(job, Fields, dryRun: true, finished: false, After(1));
        import.Execute(job, Fields, dryRun: true, finished: true, After(1));
        Assert.Equal((job, null), (import.JobId, import.StartedAt));
        var reading = NewId();
        import.Load(reading, ["客商名称"], Fields);
        Refused("import.empty", () => import.Execute(NewId(), Fields, dryRun: true, finished: false, After(1)));
        import.Fill(7);
        Assert.Equal((7, reading), (import.Rows, import.JobId));
    }

    [Fact]
    public void A_cancelled_import_goes_on_and_a_finished_one_is_not_run_again()
    {
        var (import, second) = (Loaded(), NewId());
        import.Execute(NewId(), Fields, dryRun: false, finished: false, After(1));
        import.Execute(second, Fields, dryRun: false, finished: false, After(2));
        Assert.Equal((second, After(1)), (import.JobId, import.StartedAt));
        Refused("import.started", () => import.Execute(NewId(), Fields, dryRun: false, finished: true, After(3)));
        Refused("import.started", () => import.Execute(NewId(), Fields, dryRun: true, finished: false, After(3)));
        Refused("import.started", () => import.Load(NewId(), ["客商名称"], Fields));
        Assert.Equal((second, 3), (import.JobId, import.Rows));
    }

    [Fact]
    public void A_started_import_is_taken_back_once_and_within_30_days_of_its_making()
    {
        Refused("import.notStarted", () => Loaded().Revert(NewId(), After(1)));
        var (import, late, job) = (Started(), Started(), NewId());
        import.Revert(job, After(30));
        Assert.Equal((job, After(30)), (import.JobId, import.RevertedAt));
        Refused("import.reverted", () => import.Revert(NewId(), After(30)));
        Refused("import.reverted", () => import.Execute(NewId(), Fields, dryRun: false, finished: false, After(30)));
        Refused("import.tooLate", () => late.Revert(NewId(), After(30).AddTicks(1)));
        Assert.Null(late.RevertedAt);
    }

    private static Import Loaded()
    {
        var import = Import.Of(NewId(), "名单.csv", Officer);
        import.Load(NewId(), ["客商名称"], Fields);
        import.Fill(3);
        return import;
    }

    private static Import Started()
    {
        var import = Loaded();
        import.Execute(NewId(), Fields, dryRun: false, finished: false, After(20));
        return import;
    }
}
