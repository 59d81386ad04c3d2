using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Projects.Domain;

/// <summary>
/// Kinds of documents that stand as evidence: 正式合同, 框架协议, 营业执照, 施工许可证, 现场照片, 竣工验收报告, 投产证明, 产值证明, 完税证明, 到账凭证, 其他,
/// 省级备案.
/// </summary>
public enum DocumentType
{
    Contract, FrameworkAgreement, BusinessLicence, ConstructionPermit, Photo, AcceptanceReport, FirstOutputProof, OutputStatement, TaxCertificate,
    PaymentProof, Other, ProvincialFiling,
}

/// <summary>A document by reference: where it lies or by which digest it is known, never its content.</summary>
public sealed record DocumentReference
{
    [Needed]
    public DocumentType? Type { get; init; }

    [Needed, TextLength(200)]
    public string Title { get; init; } = "";

    /// <summary>Number that the issuer gave it.</summary>
    [TextLength(100)]
    public string? Number { get; init; }

    /// <summary>Day of issue; not after today.</summary>
    [BusinessDate]
    public DateOnly? IssuedOn { get; init; }

    /// <summary>Absolute http or https address. The uri or the hash must be given.</summary>
    [DocumentUri]
    public string? Uri { get; init; }

    /// <summary>SHA-256 of the file, 64 lower-case hexadecimal digits.</summary>
    [Sha256]
    public string? Hash { get; init; }
}

/// <summary>64 lower-case hexadecimal digits.</summary>
public sealed class Sha256Attribute : ShapeAttribute
{
    public Sha256Attribute() : base("document.hash")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string { Length: 64 } text && text.All(char.IsAsciiHexDigitLower));
}
