using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Web.Tests.Shelf;

internal sealed class ShelfDb(DbContextOptions<ShelfDb> options) : DbContext(options), IServiceDb
{
    public Guid ActorId { get; set; }

    public DbSet<Thing> Things => Set<Thing>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Thing>(thing =>
        {
            thing.ToTable("thing", table => table.HasCheckConstraint("ck_thing_count", "count <> 666"));
            thing.Property(x => x.Name).HasMaxLength(100);
            thing.Property(x => x.Price).HasPrecision(19, 4);
            thing.HasIndex(x => x.Uscc).IsUnique().HasDatabaseName("ux_thing_uscc");
            thing.Ignore(x => x.ChainCode);
        });
        modelBuilder.AddApiTables().AddPeopleCodes("T").AddAggregateConventions();
    }
}
