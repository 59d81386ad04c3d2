using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class CompletedInvestment : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "completed",
                table: "project",
                type: "jsonb",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<decimal>(
                name: "completed",
                table: "flow_delta",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<decimal>(
                name: "completed",
                table: "flow",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<decimal>(
                name: "completed",
                table: "delta",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<decimal>(
                name: "completed",
                table: "cell",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<decimal>(
                name: "completed",
                table: "amount",
                type: "numeric(19,4)",
                precision: 19,
                scale: 4,
                nullable: false,
                defaultValue: 0m);

            // A rebuild compares with what is written from now on.
            migrationBuilder.Sql(
                """
                update stretch set amounts = (select jsonb_agg(amount || '{"completed": 0}') from jsonb_array_elements(amounts) as amount)
                where amounts <> '[]'
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "completed",
                table: "project");

            migrationBuilder.DropColumn(
                name: "completed",
                table: "flow_delta");

            migrationBuilder.DropColumn(
                name: "completed",
                table: "flow");

            migrationBuilder.DropColumn(
                name: "completed",
                table: "delta");

            migrationBuilder.DropColumn(
                name: "completed",
                table: "cell");

            migrationBuilder.DropColumn(
                name: "completed",
                table: "amount");
        }
    }
}
