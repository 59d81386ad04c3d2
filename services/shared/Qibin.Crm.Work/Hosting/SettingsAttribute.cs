namespace Qibin.Crm.Work.Hosting;

/// <summary>
/// Marks an options class and names its configuration section. Register it with <c>AddSettings&lt;T&gt;()</c>: the section is bound,
/// validated at start, and a missing or wrong key ends the process with exit code 1. The README's <i>Configure</i> table lists the
/// public properties of every marked class: key, type, default (of a new instance) and the property's summary, which gives unit and limit.
/// </summary>
/// <param name="section">
/// The section, such as <c>Limits</c>: property <c>SilenceSeconds</c> is then the key <c>Limits:SilenceSeconds</c>.
/// </param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SettingsAttribute(string section) : Attribute
{
    public string Section { get; } = section;
}
