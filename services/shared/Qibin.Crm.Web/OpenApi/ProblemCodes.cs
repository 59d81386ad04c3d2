using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>
/// The problem codes that an operation can answer with, read from the compiled code that its handler reaches: each
/// <c>new RuleViolation("…")</c> is a 409, each <c>new Refusal(status, "…")</c> has its status, and whoever sets a member that a constraint
/// of the database looks at can be refused by it. A list kept by hand would be forgotten.
/// Calls of interfaces are not followed; the tests compare every problem that they meet with the document.
/// </summary>
internal sealed class ProblemCodes(ProblemCatalog catalog)
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private readonly Dictionary<MethodBase, Body> _bodies = [];

    /// <summary>The codes of a handler by status.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="saves">Whether it saves anything: a constraint refuses nothing else.</param>
    public ILookup<int, string> Of(MethodInfo handler, bool saves = true)
    {
        var (seen, open) = (new HashSet<MethodBase>(), new Stack<MethodBase>([handler]));
        var bodies = new List<Body>();
        while (open.TryPop(out var method))
        {
            if (!seen.Add(method))
            {
                continue;
            }

            if (!_bodies.TryGetValue(method, out var body))
            {
                _bodies[method] = body = Read(method);
            }

            bodies.Add(body);
            foreach (var called in body.Called)
            {
                open.Push(called);
            }
        }

        // A code that is handed to where it is thrown, as a result or a parameter, can come from any method on the way.
        var handedOn = bodies.SelectMany(body => body.HandedOn).ToHashSet(StringComparer.Ordinal);
        return bodies.SelectMany(body => body.Thrown)
            .SelectMany(thrown => thrown.Code is { } code ? [code] : handedOn.AsEnumerable(), (thrown, code) => (thrown.Status, Code: code))
            .Concat(catalog.Constraints.Where(c => saves && seen.Any(method => CanViolate(method, c.Key, c.Value)))
                .Select(c => (Status: StatusCodes.Status409Conflict, c.Value.Code)))
            .Distinct().ToLookup(problem => problem.Status, problem => problem.Code);
    }

    private static bool CanViolate(MethodBase method, string constraint, RuleConstraint rule) =>
        (method.DeclaringType == rule.Row && rule.Members.Any(member => method.Name == "set_" + member))
            || method.GetCustomAttributes<CanViolateAttribute>().Any(sql => sql.Constraint == constraint);

    private Body Read(MethodBase method)
    {
        var body = new Body();
        if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
        {
            body.Called.Add(Definition(machine.StateMachineType.GetMethod("MoveNext", BindingFlags.NonPublic | BindingFlags.Instance)!));
        }

        var (strings, status) = (new List<string>(), 0);
        foreach (var (code, operand) in Instructions(method))
        {
            switch (operand)
            {
                case string text when catalog.Knows(text):
                    strings.Add(text);
                    break;
                case int and >= 400 and < 600 and var number when code == OpCodes.Ldc_I4:
                    status = number;
                    break;
                case MethodBase { DeclaringType: { } type } called when IsThrown(called, status) is { } thrown:
                    body.Thrown.AddRange(strings.Count == 0 ? [(thrown, null)] : strings.Select(s => (thrown, (string?)s)));
                    strings.Clear();
                    break;
                case MethodBase { DeclaringType: { } type } when type == typeof(Fault) || type == typeof(Refusal):
                    // The code of one place that is wrong, or a refusal that every operation has.
                    strings.Clear();
                    break;
                case MethodBase { DeclaringType: { } type } called when IsOurs(type):
                    body.Called.Add(Definition(called));
                    break;
            }
        }

        body.HandedOn.AddRange(strings);
        return body;
    }

    /// <summary>The status with which a call throws; null for a call that throws nothing of its own.</summary>
    private static int? IsThrown(MethodBase called, int status) =>
        called.DeclaringType == typeof(RuleViolation)
            ? called.IsConstructor || called.Name == nameof(RuleViolation.Lacking) ? StatusCodes.Status409Conflict : null
            : called.DeclaringType != typeof(Refusal) ? null
            : called.IsConstructor ? status
            : called.Name == nameof(Refusal.BadRequest) ? StatusCodes.Status400BadRequest : null;

    /// <summary>What turns an exception into an answer is on the way of none.</summary>
    private static bool IsOurs(Type type) =>
        type.Assembly.GetName().Name!.StartsWith("Qibin.Crm.", StringComparison.Ordinal)
            && type.Namespace != typeof(FaultHandler).Namespace;

    /// <summary>The method as it is written, whatever its type arguments are in this call.</summary>
    private static MethodBase Definition(MethodBase method) => method.Module.ResolveMethod(method.MetadataToken)!;

    private static IEnumerable<(OpCode Code, object? Operand)> Instructions(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var ofType = method.DeclaringType?.GetGenericArguments();
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            var code = Codes[il[at] == 0xFE ? unchecked((short)(0xFE00 | il[at + 1])) : il[at]];
            at += code.Size;
            yield return (code, code.OperandType switch
            {
                OperandType.InlineString => method.Module.ResolveString(BitConverter.ToInt32(il, at)),
                OperandType.InlineMethod => method.Module.ResolveMethod(BitConverter.ToInt32(il, at), ofType, ofMethod),
                OperandType.InlineI => BitConverter.ToInt32(il, at),
                _ => null,
            });
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }

    /// <summary>What one method says and calls.</summary>
    private sealed class Body
    {
        public List<(int Status, string? Code)> Thrown { get; } = [];
        public List<string> HandedOn { get; } = [];
        public List<MethodBase> Called { get; } = [];
    }
}
