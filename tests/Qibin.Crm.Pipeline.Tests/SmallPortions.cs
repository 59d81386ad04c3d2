using System.Runtime.CompilerServices;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>What is read in portions is read in several of them here too.</summary>
internal static class SmallPortions
{
    [ModuleInitializer]
    internal static void Set() => Batches.Most = 20;
}
