using System.Globalization;

namespace Qibin.Crm.Local;

/// <summary>What the runner was asked for.</summary>
internal sealed record CommandLine(LocalOptions Options, bool Demonstration)
{
    private const string Usage =
        """
        用法 Usage: dotnet run --project deploy/local -- [options]
          --data DIR   数据目录 Data directory; default: data/ in the repository
          --port N     网关端口 Port of the gateway; default: 8080 or the next free one
          --without S  不启动服务 S，由调试器启动 Leave out service S, to start it in a debugger; may be repeated
          --no-demo    不填充演示数据 No demonstration data
          --fresh      先清空数据 Forget all data of the data directory first
        """;

    /// <summary>Null, with the usage as the refusal, when an option is unknown or lacks its value.</summary>
    public static CommandLine? Parse(string[] args, out string refusal)
    {
        refusal = Usage;
        var options = new LocalOptions { Data = Path.Combine(Repository.Root, "data") };
        var demonstration = true;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--data" when i + 1 < args.Length && args[i + 1].Length > 0:
                    options = options with { Data = Path.GetFullPath(args[++i]) };
                    break;
                case "--port" when i + 1 < args.Length
                    && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535:
                    options = options with { Port = port };
                    i++;
                    break;
                case "--without" when i + 1 < args.Length && LocalSystem.ServiceNames.Contains(args[i + 1]):
                    options = options with { Without = [.. options.Without, args[++i]] };
                    break;
                case "--no-demo":
                    demonstration = false;
                    break;
                case "--fresh":
                    options = options with { Fresh = true };
                    break;
                default:
                    refusal = $"{args[i]}?\n{Usage}";
                    return null;
            }
        }

        // The demonstration goes through every service.
        return new CommandLine(options, demonstration && options.Without.Count == 0);
    }
}
