namespace Qibin.Crm.Kernel;

/// <summary>
/// Marks the id of a unit or of somebody who signs in, a list of such ids, or the code of an industry chain, a node or a division: answers
/// of the API print the name beside it. What is stored or published has the id or code alone.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NamedAttribute : Attribute;
