using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class DeltasByGeneration : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "pk_flow_delta",
                table: "flow_delta");

            migrationBuilder.DropPrimaryKey(
                name: "pk_delta",
                table: "delta");

            migrationBuilder.AddPrimaryKey(
                name: "pk_flow_delta",
                table: "flow_delta",
                columns: new[] { "gen", "id" });

            migrationBuilder.AddPrimaryKey(
                name: "pk_delta",
                table: "delta",
                columns: new[] { "gen", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "pk_flow_delta",
                table: "flow_delta");

            migrationBuilder.DropPrimaryKey(
                name: "pk_delta",
                table: "delta");

            migrationBuilder.AddPrimaryKey(
                name: "pk_flow_delta",
                table: "flow_delta",
                column: "id");

            migrationBuilder.AddPrimaryKey(
                name: "pk_delta",
                table: "delta",
                column: "id");
        }
    }
}
