using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
{
    /// <inheritdoc />
    public partial class SearchStatistics : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // How often each token stands in names decides between the index and a walk; a hundred times ten of them are too few to know.
            migrationBuilder.Sql("alter table investor alter column search_tokens set statistics 500");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("alter table investor alter column search_tokens set statistics -1");
        }
    }
}
