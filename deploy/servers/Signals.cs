using System.Runtime.InteropServices;

namespace Qibin.Crm.Servers;

/// <summary>The signals that servers understand, by their numbers on Linux.</summary>
internal enum Signal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>Sends signals; the framework itself knows only the deadly one.</summary>
internal static partial class Signals
{
    /// <summary>Sends a signal; a process that is gone already is no error.</summary>
    internal static void Send(int processId, Signal signal) => _ = Kill(processId, (int)signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Kill(int processId, int signal);
}
