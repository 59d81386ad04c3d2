using Qibin.Crm.Contracts.Leads;

namespace Qibin.Crm.Projects.Tests;

/// <summary>A project stays with its lead's investor, in whatever order and however often it is told.</summary>
public sealed class InvestorTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task A_rename_a_merge_and_its_undoing_reach_the_project_in_any_order()
    {
        foreach (var order in (string[])["Cabc", "abcC", "cCab", "cbaC", "Ccba", "bCaccb"])
        {
            var conversion = city.Conversion();
            var lead = conversion.Lead with { ProjectId = conversion.ProjectId };
            var (renamed, merged, undone) = (
                new LeadAmended { Lead = lead with { InvestorName = "更名虚构公司" } },
                new LeadAmended { Lead = lead with { InvestorId = City.NewId(), InvestorName = "合并虚构公司" } },
                new LeadAmended { Lead = lead with { InvestorName = "更名虚构公司" } });
            foreach (var told in order)
            {
                await (told switch
                {
                    'C' => city.Service.DeliverAsync(conversion, lead.LeadId, 7),
                    'a' => city.Service.DeliverAsync(renamed, lead.LeadId, 8),
                    'b' => city.Service.DeliverAsync(merged, lead.LeadId, 9),
                    _ => city.Service.DeliverAsync(undone, lead.LeadId, 10),
                });
            }

            var project = (await city.GetAsync(conversion.ProjectId)).Is(200).Json;
            Assert.Equal((lead.InvestorId, "更名虚构公司"),
                (project.GetProperty("investorId").GetGuid(), project.GetProperty("investorName").GetString()));
            var last = (await city.Service.EventsAsync(conversion.ProjectId))[^1];
            Assert.Equal((project.GetProperty("version").GetInt64(), lead.InvestorId),
                (last.Version, last.Payload.GetProperty("project").GetProperty("investorId").GetGuid()));
        }
    }

    [Fact]
    public async Task A_lead_without_a_project_is_none_of_its_business()
    {
        var lead = city.Conversion().Lead with { ProjectId = null };
        await city.Service.DeliverAsync(new LeadAmended { Lead = lead }, lead.LeadId, 2);
        Assert.Equal(0, await city.Service.CountAsync($"select count(*) from followed_lead where lead_id = '{lead.LeadId}'"));
    }
}
