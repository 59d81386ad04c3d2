namespace Qibin.Crm.Kernel;

/// <summary>
/// Marks the id of a unit, or of somebody who signs in, or a list of such ids: answers of the API print the name beside it. What is stored
/// or published has the id alone.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NamedAttribute : Attribute;
