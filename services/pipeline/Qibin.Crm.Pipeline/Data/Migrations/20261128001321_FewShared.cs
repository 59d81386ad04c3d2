using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class FewShared : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_journey_shared",
                table: "journey",
                column: "shared_with",
                filter: "shared_with <> '{}'")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_holder_shared",
                table: "holder",
                column: "shared_with",
                filter: "shared_with <> '{}'")
                .Annotation("Npgsql:IndexMethod", "gin");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_journey_shared",
                table: "journey");

            migrationBuilder.DropIndex(
                name: "ix_holder_shared",
                table: "holder");
        }
    }
}
