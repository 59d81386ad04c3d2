using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Validation;

/// <summary>A unified social credit code as people write it; which rule it breaks is told by the code <c>uscc.…</c>.</summary>
public sealed class UsccAttribute : ShapeAttribute
{
    public UsccAttribute() : base("uscc.checkDigit")
    {
    }

    public override string? Example => "91410600MA0000000L";

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is null || Uscc.TryParse(value as string, out _, out var code)
            ? ValidationResult.Success
            : new ValidationResult(code, [validationContext?.MemberName ?? ""]);
}
