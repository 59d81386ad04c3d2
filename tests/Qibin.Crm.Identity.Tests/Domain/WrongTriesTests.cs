using Qibin.Crm.Identity.Domain;

namespace Qibin.Crm.Identity.Tests.Domain;

public class WrongTriesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 2, 0, 0, TimeSpan.Zero);

    [Fact]
    public void S16_The_fifth_wrong_try_delays_the_next_one_by_a_minute_and_each_further_one_by_twice_as_much()
    {
        var tries = WrongTries.None("hash", "address 192.0.2.1");
        for (var n = 1; n <= 4; n++)
        {
            Assert.False(tries.Add(Now));
            Assert.True(tries.Hears(Now));
        }

        var now = Now;
        foreach (var minutes in (int[])[1, 2, 4, 8, 15, 15, 15])
        {
            Assert.True(tries.Add(now));
            Assert.False(tries.Hears(now.AddMinutes(minutes).AddSeconds(-1)));
            now = now.AddMinutes(minutes);
            Assert.True(tries.Hears(now));
        }
    }

    [Fact]
    public void S16_Unknown_devices_together_are_delayed_by_a_minute_from_the_hundredth_wrong_try_on()
    {
        var tries = WrongTries.None("hash", WrongTries.Anywhere);
        for (var n = 1; n < 100; n++)
        {
            Assert.False(tries.Add(Now));
        }

        for (var n = 0; n < 20; n++)
        {
            Assert.True(tries.Add(Now));
            Assert.Equal(Now.AddMinutes(1), tries.HeardFrom);
        }
    }

    [Fact]
    public void S16_Wrong_tries_of_the_day_before_are_forgotten()
    {
        var tries = WrongTries.None("hash", "address 192.0.2.1");
        for (var n = 1; n <= 10; n++)
        {
            tries.Add(Now);
        }

        Assert.False(tries.Add(Now + WrongTries.Memory));
        Assert.Equal(1, tries.Count);
    }
}
