using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>What was entered by mistake.</summary>
internal sealed partial class KnownOperations
{
    private const string Mistake = "重复登记";

    private void Bin()
    {
        // One that was transferred stays on record.
        Add("removeLead", async () => RowsOfTheTests.Made(
            "/api/v1/leads",
            await (await _rows.AsAsync("officer")).PostAsync("/api/v1/first-contacts", RowsOfTheTests.FirstContact()), seenByAll: false)
            .On("/removal", new { reason = Mistake }));
        Add("removeContact", async () => (await FurtherContactAsync()).On("/removal", new { reason = Mistake }));
        Add("cancelNextStep", async () => (await _rows.LeadAsync()).On("/next-step/cancellation", new { reason = Mistake }));
        Add("removePerson", async () =>
        {
            var (lead, officer) = (await _rows.LeadAsync(), await _rows.AsAsync("officer"));
            var people = $"/api/v1/investors/{lead.Of("investorId")}/people";
            return RowsOfTheTests.Made(
                people, await officer.PostAsync(people, new { name = "误登示例", wechat = "mistaken-example" }), seenByAll: false)
                .On("/removal", new { reason = Mistake });
        });
        Add("listBin", () => new Prepared());
        Add("restoreFromBin", async () =>
        {
            var contact = await FurtherContactAsync();
            var removed = (await (await _rows.AsAsync("officer")).PostAsync(
                contact.Path + "/removal", new { reason = Mistake }, contact.ETag)).Is(200);
            return new Prepared { Path = $"/api/v1/bin/{removed.Id}/restoration", Status = 201 };
        });

        async Task<Row> FurtherContactAsync()
        {
            var (lead, officer) = (await _rows.LeadAsync(), await _rows.AsAsync("officer"));
            return RowsOfTheTests.Made(
                lead.Path + "/contacts", await officer.PostAsync(lead.Path + "/contacts", new { channel = "phone", summary = "误记" }),
                seenByAll: false);
        }
    }
}
