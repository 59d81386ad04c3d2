using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Qibin.Crm.Identity.Keys;

/// <summary>ASP.NET Core's data protection keys, kept beside the others, so that cookies hold over restarts and instances.</summary>
internal sealed class ProtectionKeys(NpgsqlDataSource database, KeySeal seal) : IXmlRepository
{
    private const string Prefix = "protection:";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var read = database.CreateCommand("select content from sealed_key where name like 'protection:%'");
        using var reader = read.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read())
        {
            elements.Add(XElement.Parse(Encoding.UTF8.GetString(seal.Unseal(reader.GetFieldValue<byte[]>(0)))));
        }

        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var keep = database.CreateCommand(
            "insert into sealed_key (name, content) values ($1, $2) on conflict (name) do update set content = excluded.content");
        keep.Parameters.Add(new NpgsqlParameter { Value = Prefix + friendlyName });
        keep.Parameters.Add(new NpgsqlParameter
        {
            Value = seal.Close(
            Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting)))
        });
        keep.ExecuteNonQuery();
    }
}
