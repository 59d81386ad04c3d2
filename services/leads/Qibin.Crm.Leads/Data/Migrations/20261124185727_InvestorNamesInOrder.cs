using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
{
    /// <inheritdoc />
    public partial class InvestorNamesInOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_investor_compared_name",
                table: "investor");

            migrationBuilder.CreateIndex(
                name: "ix_investor_compared_name_id",
                table: "investor",
                columns: new[] { "compared_name", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_investor_compared_name_id",
                table: "investor");

            migrationBuilder.CreateIndex(
                name: "ix_investor_compared_name",
                table: "investor",
                column: "compared_name");
        }
    }
}
