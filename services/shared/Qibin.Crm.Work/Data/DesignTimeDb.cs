using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Qibin.Crm.Work.Data;

/// <summary>For <c>dotnet ef</c>, which needs a service's model but no database.</summary>
public abstract class DesignTimeDb<TDb> : IDesignTimeDbContextFactory<TDb> where TDb : DbContext
{
    public TDb CreateDbContext(string[] args) =>
        (TDb)Activator.CreateInstance(typeof(TDb), DatabaseHost.Configure(new DbContextOptionsBuilder<TDb>()).Options)!;
}
