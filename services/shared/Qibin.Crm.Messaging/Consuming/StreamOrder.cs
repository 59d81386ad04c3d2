namespace Qibin.Crm.Messaging.Consuming;

/// <summary>
/// Puts the deliveries of one channel in order: those of one stream one after the other, as the broker numbered them, different
/// streams side by side. The client hands deliveries to several tasks, so they may arrive here slightly shuffled.
/// </summary>
internal sealed class StreamOrder
{
    /// <summary>How long a delivery waits for one numbered before it that does not come, as when the channel is closing.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, Place> _early = [];
    private readonly Dictionary<Guid, Place> _last = [];
    private ulong _next = 1;

    /// <summary>Returns when every earlier delivery of the stream is done; disposing the result lets the next one in.</summary>
    public async Task<IDisposable> EnterAsync(ulong tag, Guid stream, CancellationToken ct)
    {
        var place = new Place(this, stream);
        lock (_gate)
        {
            _early[tag] = place;
            Admit(_next);
        }

        try
        {
            await place.Admitted.WaitAsync(Longest, ct);
        }
        catch (TimeoutException)
        {
            lock (_gate)
            {
                Admit(tag);
            }
        }

        await place.Begun.WaitAsync(ct);
        return place;
    }

    /// <summary>Lets in every delivery up to the tag, and all that follow without a gap.</summary>
    private void Admit(ulong upTo)
    {
        while (_early.Count > 0)
        {
            var (tag, place) = _early.First();
            if (tag > Math.Max(upTo, _next))
            {
                return;
            }

            _early.Remove(tag);
            _next = Math.Max(_next, tag + 1);
            var before = _last.GetValueOrDefault(place.Stream);
            _last[place.Stream] = place;
            place.Admit(after: before);
        }
    }

    private void Leave(Place place)
    {
        lock (_gate)
        {
            if (_last.GetValueOrDefault(place.Stream) == place)
            {
                _last.Remove(place.Stream);
            }

            place.Next?.Begin();
        }
    }

    private sealed class Place(StreamOrder order, Guid stream) : IDisposable
    {
        private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Guid Stream => stream;

        public Place? Next { get; private set; }

        public Task Admitted => _admitted.Task;

        public Task Begun => _begun.Task;

        public void Admit(Place? after)
        {
            _admitted.TrySetResult();
            if (after is null)
            {
                Begin();
            }
            else
            {
                after.Next = this;
            }
        }

        public void Begin() => _begun.TrySetResult();

        public void Dispose() => order.Leave(this);
    }
}
