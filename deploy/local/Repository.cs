using System.Runtime.InteropServices;
using System.Text.Json;

namespace Qibin.Crm.Local;

/// <summary>The repository that this program was built in, and the programs built beside it.</summary>
internal static class Repository
{
    /// <summary>The directory of the solution.</summary>
    /// <exception cref="InvalidOperationException">This program does not stand in its repository.</exception>
    public static string Root { get; } = Find();

    /// <summary>The <c>dotnet</c> that runs this program.</summary>
    public static string Dotnet { get; } = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>Directory and built program of a project, in the configuration of this program.</summary>
    /// <exception cref="InvalidOperationException">It is not built.</exception>
    public static (string Directory, string Program) Built(string project)
    {
        // …/bin/Debug/net10.0/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var directory = Path.Combine(Root, project);
        var program = Path.Combine(directory, "bin", output.Parent!.Name, output.Name, Path.GetFileName(project) + ".dll");
        return File.Exists(program) ? (directory, program)
            : throw new InvalidOperationException(
                $"{program} is not there: run `dotnet build -c {output.Parent!.Name}` in {Root}.");
    }

    /// <summary>The port at which a project serves when an editor starts it.</summary>
    public static int LaunchPort(string project)
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, project, "Properties", "launchSettings.json")));
        var profile = settings.RootElement.GetProperty("profiles").EnumerateObject().Single().Value;
        return new Uri(profile.GetProperty("applicationUrl").GetString()!).Port;
    }

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Qibin.Crm.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below a directory with Qibin.Crm.sln.");
    }
}
