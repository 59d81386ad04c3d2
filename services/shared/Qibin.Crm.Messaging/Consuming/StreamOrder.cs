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
    private readonly SortedDictionary<ulong, Turn> _early = [];
    private readonly Dictionary<Guid, Turn> _last = [];
    private ulong _next = 1;

    /// <summary>Returns when it is this delivery's turn in its stream; disposing the turn passes it on.</summary>
    public async Task<IDisposable> EnterAsync(ulong tag, Guid stream, CancellationToken ct)
    {
        var turn = new Turn(this, stream);
        lock (_gate)
        {
            _early[tag] = turn;
            Admit(_next);
        }

        try
        {
            await turn.Admitted.WaitAsync(Longest, ct);
        }
        catch (TimeoutException)
        {
            lock (_gate)
            {
                Admit(tag);
            }
        }

        await turn.Begun.WaitAsync(ct);
        return turn;
    }

    /// <summary>Lets in every delivery up to the tag, and all that follow without a gap.</summary>
    private void Admit(ulong upTo)
    {
        while (_early.Count > 0)
        {
            var (tag, turn) = _early.First();
            if (tag > Math.Max(upTo, _next))
            {
                return;
            }

            _early.Remove(tag);
            _next = Math.Max(_next, tag + 1);
            var before = _last.GetValueOrDefault(turn.Stream);
            _last[turn.Stream] = turn;
            turn.Admit(after: before);
        }
    }

    private void Leave(Turn turn)
    {
        lock (_gate)
        {
            if (_last.GetValueOrDefault(turn.Stream) == turn)
            {
                _last.Remove(turn.Stream);
            }

            turn.Next?.Begin();
        }
    }

    private sealed class Turn(StreamOrder order, Guid stream) : IDisposable
    {
        private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Guid Stream => stream;

        public Turn? Next { get; private set; }

        public Task Admitted => _admitted.Task;

        public Task Begun => _begun.Task;

        public void Admit(Turn? after)
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
