using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Tests.Domain;

public class ConfidentialityTests
{
    private static readonly Guid[] People =
        [.. Enumerable.Range(1, 6).Select(i => new Guid(i, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]))];

    [Fact]
    public void S2_Two_ends_that_are_set_at_once_end_with_the_same_setting_in_whatever_order_the_events_arrive()
    {
        var random = new Random(20260729);
        for (var run = 0; run < 3_000; run++)
        {
            var (lead, project) = (new End(People[0]), new End(People[random.Next(2)]));
            for (var change = 0; change < 8; change++)
            {
                var (end, other) = random.Next(2) == 0 ? (lead, project) : (project, lead);
                end.Change(random.Next(3) switch
                {
                    0 => end.Now.Set(false, []),
                    1 => end.Now.Set(true, [People[random.Next(6)], end.Owner]),
                    _ => end.Now.ReadBy(end.Owner = People[random.Next(6)]),
                });
                if (random.Next(2) == 0)
                {
                    other.Hear(end, random);
                }
            }

            // Until neither says anything new.
            while (lead.Hear(project, random) | project.Hear(lead, random))
            {
            }

            Assert.Equal(lead.Now, project.Now);
            Assert.True(!lead.Now.Confidential || (lead.Now.Readers.Contains(lead.Owner) && lead.Now.Readers.Contains(project.Owner)));
            Assert.True(lead.Now.Confidential || lead.Now.Readers is []);
        }
    }

    [Fact]
    public void S2_Of_two_settings_made_at_once_the_confidential_one_holds_and_a_later_one_always_does()
    {
        var open = Confidentiality.Open;
        var (lifted, restricted) = (open.Set(false, []), open.Set(true, [People[1]]));
        Assert.Equal(restricted, lifted.Over(restricted));
        Assert.Equal(restricted, restricted.Over(lifted));
        Assert.Equal(restricted with { Readers = [People[1], People[2]] }, restricted.Over(open.Set(true, [People[2]])));
        var later = restricted.Set(false, [People[3]]);
        Assert.Equal((false, 0, 2L), (later.Confidential, later.Readers.Length, later.Revision));
        Assert.Equal(later, restricted.Over(later));
        Assert.Equal(later, later.Over(restricted));
    }

    /// <summary>A lead or a project: what it says is heard by the other end, perhaps late, twice and out of order.</summary>
    private sealed class End(Guid owner)
    {
        private readonly List<Confidentiality> _said = [];

        public Guid Owner { get; set; } = owner;

        public Confidentiality Now { get; private set; } = Confidentiality.Open;

        public void Change(Confidentiality now)
        {
            Now = now;
            _said.Add(now);
        }

        public bool Hear(End other, Random random)
        {
            var before = Now;
            var said = other._said.ToArray();
            random.Shuffle(said);
            foreach (var setting in said.Concat(said.Take(1)))
            {
                var followed = Now.Over(setting).ReadBy(Owner);
                if (followed != Now)
                {
                    Change(followed);
                }
            }

            return Now != before;
        }
    }
}
