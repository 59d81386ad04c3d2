using System.Globalization;

namespace Qibin.Crm.Servers;

/// <summary>A process with all that it started: a server such as PostgreSQL is many.</summary>
public static class ProcessTree
{
    /// <summary>Freezes them by SIGSTOP: they keep memory, files and connections, and do nothing.</summary>
    public static void Freeze(int processId)
    {
        // The parent first: it starts no further ones then.
        Signals.Send(processId, Signal.Stop);
        foreach (var child in ChildrenOf(processId))
        {
            Freeze(child);
        }
    }

    /// <summary>Lets frozen ones go on.</summary>
    public static void Thaw(int processId)
    {
        foreach (var child in ChildrenOf(processId))
        {
            Thaw(child);
        }

        Signals.Send(processId, Signal.Continue);
    }

    private static List<int> ChildrenOf(int processId)
    {
        var children = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) && ParentOf(directory) == processId)
            {
                children.Add(id);
            }
        }

        return children;
    }

    private static int ParentOf(string directory)
    {
        try
        {
            // "id (name) state parent …"; a name may hold blanks and brackets.
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return 0;
        }
    }
}
