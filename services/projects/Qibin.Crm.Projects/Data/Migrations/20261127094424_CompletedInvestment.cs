using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Projects.Data.Migrations
{
    /// <inheritdoc />
    public partial class CompletedInvestment : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "completed_investment",
                table: "project",
                type: "jsonb",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.CreateTable(
                name: "completed_entry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    completed_on = table.Column<DateOnly>(type: "date", nullable: false),
                    completed_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    completed_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    document = table.Column<string>(type: "jsonb", nullable: true),
                    reversal_of = table.Column<Guid>(type: "uuid", nullable: true),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    recorded_by = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_completed_entry", x => x.id);
                    table.ForeignKey(
                        name: "fk_completed_entry_completed_entry_reversal_of",
                        column: x => x.reversal_of,
                        principalTable: "completed_entry",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "fk_completed_entry_project_project_id",
                        column: x => x.project_id,
                        principalTable: "project",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_completed_entry_project_id_completed_on_id",
                table: "completed_entry",
                columns: new[] { "project_id", "completed_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_completed_entry_project_id_recorded_at_id",
                table: "completed_entry",
                columns: new[] { "project_id", "recorded_at", "id" });

            migrationBuilder.CreateIndex(
                name: "one_reversal_a_completed_entry",
                table: "completed_entry",
                column: "reversal_of",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "completed_entry");

            migrationBuilder.DropColumn(
                name: "completed_investment",
                table: "project");
        }
    }
}
