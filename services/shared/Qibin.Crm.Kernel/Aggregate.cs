namespace Qibin.Crm.Kernel;

/// <summary>
/// A thing of the trade that changes as one. Its <see cref="Version"/> is the ETag, the version of its events and the
/// concurrency check, one number for all three.
/// </summary>
public abstract class Aggregate
{
    private bool _touched;

    public Guid Id { get; protected init; }

    /// <summary>Number of saved changes, from 1; raised once per unit of work however many mutators ran.</summary>
    public long Version { get; private set; }

    /// <summary>Every mutator calls this.</summary>
    protected void Touch()
    {
        if (!_touched)
        {
            Version++;
            _touched = true;
        }
    }

    /// <summary>The change is saved; the next mutator starts the next version.</summary>
    internal void Saved() => _touched = false;
}
