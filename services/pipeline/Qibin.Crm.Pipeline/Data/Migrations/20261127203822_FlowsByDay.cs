using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class FlowsByDay : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_flow_gen_set_chain_code",
                table: "flow");

            migrationBuilder.DropIndex(
                name: "ix_flow_gen_set_unit_id",
                table: "flow");

            migrationBuilder.AddColumn<int>(
                name: "day",
                table: "flow_delta",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "day",
                table: "flow",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateIndex(
                name: "ix_flow_gen_set_at",
                table: "flow",
                columns: new[] { "gen", "set", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_flow_gen_set_chain_code_at",
                table: "flow",
                columns: new[] { "gen", "set", "chain_code", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_flow_gen_set_unit_id_at",
                table: "flow",
                columns: new[] { "gen", "set", "unit_id", "at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_flow_gen_set_at",
                table: "flow");

            migrationBuilder.DropIndex(
                name: "ix_flow_gen_set_chain_code_at",
                table: "flow");

            migrationBuilder.DropIndex(
                name: "ix_flow_gen_set_unit_id_at",
                table: "flow");

            migrationBuilder.DropColumn(
                name: "day",
                table: "flow_delta");

            migrationBuilder.DropColumn(
                name: "day",
                table: "flow");

            migrationBuilder.CreateIndex(
                name: "ix_flow_gen_set_chain_code",
                table: "flow",
                columns: new[] { "gen", "set", "chain_code" });

            migrationBuilder.CreateIndex(
                name: "ix_flow_gen_set_unit_id",
                table: "flow",
                columns: new[] { "gen", "set", "unit_id" });
        }
    }
}
