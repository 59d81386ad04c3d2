using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
{
    /// <inheritdoc />
    public partial class LeadNameMarks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_lead_owner_id_updated_at_id",
                table: "lead");

            migrationBuilder.DropIndex(
                name: "ix_lead_unit_id_updated_at_id",
                table: "lead");

            migrationBuilder.DropIndex(
                name: "ix_lead_updated_at_id",
                table: "lead");

            migrationBuilder.AddColumn<long>(
                name: "name_marks1",
                table: "lead",
                type: "bigint",
                nullable: false,
                defaultValue: -1L);

            migrationBuilder.AddColumn<long>(
                name: "name_marks2",
                table: "lead",
                type: "bigint",
                nullable: false,
                defaultValue: -1L);

            migrationBuilder.AddColumn<long>(
                name: "name_marks3",
                table: "lead",
                type: "bigint",
                nullable: false,
                defaultValue: -1L);

            migrationBuilder.AddColumn<long>(
                name: "name_marks4",
                table: "lead",
                type: "bigint",
                nullable: false,
                defaultValue: -1L);

            migrationBuilder.AddColumn<long>(
                name: "name_marks5",
                table: "lead",
                type: "bigint",
                nullable: false,
                defaultValue: -1L);

            migrationBuilder.AddColumn<long>(
                name: "name_marks6",
                table: "lead",
                type: "bigint",
                nullable: false,
                defaultValue: -1L);

            migrationBuilder.AddColumn<long>(
                name: "name_marks7",
                table: "lead",
                type: "bigint",
                nullable: false,
                defaultValue: -1L);

            migrationBuilder.AddColumn<long>(
                name: "name_marks8",
                table: "lead",
                type: "bigint",
                nullable: false,
                defaultValue: -1L);

            migrationBuilder.CreateIndex(
                name: "ix_lead_owner_id_updated_at_id",
                table: "lead",
                columns: new[] { "owner_id", "updated_at", "id" })
                .Annotation("Npgsql:IndexInclude", new[] { "name_marks1", "name_marks2", "name_marks3", "name_marks4", "name_marks5", "name_marks6", "name_marks7", "name_marks8" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_unit_id_updated_at_id",
                table: "lead",
                columns: new[] { "unit_id", "updated_at", "id" })
                .Annotation("Npgsql:IndexInclude", new[] { "name_marks1", "name_marks2", "name_marks3", "name_marks4", "name_marks5", "name_marks6", "name_marks7", "name_marks8" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_updated_at_id",
                table: "lead",
                columns: new[] { "updated_at", "id" })
                .Annotation("Npgsql:IndexInclude", new[] { "name_marks1", "name_marks2", "name_marks3", "name_marks4", "name_marks5", "name_marks6", "name_marks7", "name_marks8" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_lead_owner_id_updated_at_id",
                table: "lead");

            migrationBuilder.DropIndex(
                name: "ix_lead_unit_id_updated_at_id",
                table: "lead");

            migrationBuilder.DropIndex(
                name: "ix_lead_updated_at_id",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "name_marks1",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "name_marks2",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "name_marks3",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "name_marks4",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "name_marks5",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "name_marks6",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "name_marks7",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "name_marks8",
                table: "lead");

            migrationBuilder.CreateIndex(
                name: "ix_lead_owner_id_updated_at_id",
                table: "lead",
                columns: new[] { "owner_id", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_unit_id_updated_at_id",
                table: "lead",
                columns: new[] { "unit_id", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_updated_at_id",
                table: "lead",
                columns: new[] { "updated_at", "id" });
        }
    }
}
