namespace Qibin.Crm.Pipeline.Domain;

/// <summary>Something that is stored otherwise than it should be.</summary>
public sealed record VerificationDifference
{
    /// <summary>
    /// <c>lead</c>, <c>project</c> or <c>enterprise</c>: the stored events beside the service; <c>journey</c>, <c>interval</c>,
    /// <c>milestone</c> or <c>timeline</c>: a row of a journey beside its events; <c>rollup</c>: a sum, with the deltas that wait to be
    /// merged into it, beside the intervals.
    /// </summary>
    public required string Of { get; init; }

    /// <summary>The lead, project or enterprise; of a journey, its lead; null of a sum.</summary>
    public Guid? Id { get; init; }

    /// <summary>
    /// What differs, such as <c>stageOn</c> or the dimensions of a sum; <c>version</c>: an event has not arrived, or one is stored that the
    /// service does not have; <c>known</c>: one of the two does not have it at all.
    /// </summary>
    public required string What { get; init; }

    /// <summary>As it should be; null when it should not be there.</summary>
    public required string? Expected { get; init; }

    /// <summary>As it is stored; null when it is not there.</summary>
    public required string? Found { get; init; }

    /// <summary>The difference; none where what is stored is as it should be.</summary>
    internal static VerificationDifference[] Between(string of, Guid id, string what, string? expected, string? found) =>
        expected == found ? [] : [new() { Of = of, Id = id, What = what, Expected = expected, Found = found }];
}
