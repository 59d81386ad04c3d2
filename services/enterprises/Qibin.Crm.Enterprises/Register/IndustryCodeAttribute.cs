using System.Text.RegularExpressions;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>A code of GB/T 4754-2017 by its shape: the letter of a section, A to T, then nothing or 2, 3 or 4 digits.</summary>
public sealed partial class IndustryCodeAttribute : ShapeAttribute
{
    public IndustryCodeAttribute() : base("industryCode.invalid")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string code && Shape().IsMatch(code));

    [GeneratedRegex("^[A-T]([0-9]{2,4})?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
