using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Qibin.Crm.Web.Validation;

/// <summary>A number between two bounds, both included, with at most so many decimals: no more than its column keeps.</summary>
public sealed class NumberRangeAttribute : RangeAttribute
{
    public NumberRangeAttribute(double minimum, double maximum, int decimals = 0) : base(minimum, maximum)
    {
        Decimals = decimals;
        ErrorMessage = string.Create(CultureInfo.InvariantCulture, $"value.range|{minimum}|{maximum}");
    }

    public int Decimals { get; }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        ArgumentNullException.ThrowIfNull(validationContext);
        return value is decimal number && number != Math.Round(number, Decimals)
            ? new ValidationResult(string.Create(CultureInfo.InvariantCulture, $"number.decimals|{Decimals}"),
                [validationContext.MemberName ?? ""])
            : base.IsValid(value, validationContext);
    }
}
