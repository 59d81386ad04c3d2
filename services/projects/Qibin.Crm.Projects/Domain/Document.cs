namespace Qibin.Crm.Projects.Domain;

/// <summary>
/// Kinds of documents that serve as evidence: 正式合同, 框架协议, 营业执照, 施工许可证, 现场照片, 竣工验收报告, 投产证明, 产值证明, 完税证明, 到账凭证, 其他,
/// 省级备案.
/// </summary>
public enum DocumentType
{
    Contract, FrameworkAgreement, BusinessLicence, ConstructionPermit, Photo, AcceptanceReport, FirstOutputProof, OutputStatement,
    TaxCertificate,
    PaymentProof, Other, ProvincialFiling,
}

/// <summary>A document by reference: where it lies or by which digest it is known, never its content.</summary>
internal sealed record Document
{
    public required DocumentType Type { get; init; }
    public required string Title { get; init; }

    /// <summary>Number that the issuer gave it.</summary>
    public string? Number { get; init; }

    public DateOnly? IssuedOn { get; init; }

    /// <summary>Absolute http or https address. The uri or the hash is always there.</summary>
    public string? Uri { get; init; }

    /// <summary>SHA-256 of the file, 64 lower-case hexadecimal digits.</summary>
    public string? Hash { get; init; }
}
