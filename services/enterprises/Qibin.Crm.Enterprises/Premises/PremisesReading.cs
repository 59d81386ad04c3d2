using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>The common part of the use cases of parks, buildings and spaces.</summary>
internal static class PremisesReading
{
    /// <summary>The sorts that all of them publish.</summary>
    public static Listing<T> Listing<T>() where T : PremisesPart =>
        new Listing<T>(p => p.Id, "name").Sort("name", p => p.Name).Sort("code", p => p.Code).Sort("updatedAt", p => p.UpdatedAt);

    /// <summary>Keeps those with this text in the name; all without one.</summary>
    public static IQueryable<T> Named<T>(this IQueryable<T> rows, string? text) where T : PremisesPart
    {
        if (text is null)
        {
            return rows;
        }

        var pattern = Like.Containing(text);
        return rows.Where(p => EF.Functions.ILike(p.Name, pattern, Like.Escape));
    }

    public static Receipt Receipt(this PremisesPart premises) =>
        new() { Id = premises.Id, Code = premises.Code, Version = premises.Version };
}
