using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Targets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "exclusion",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    year = table.Column<int>(type: "integer", nullable: false),
                    indicator = table.Column<int>(type: "integer", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    excluded = table.Column<bool>(type: "boolean", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    entered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entered_by = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exclusion", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "penalty",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    year = table.Column<int>(type: "integer", nullable: false),
                    indicator = table.Column<int>(type: "integer", nullable: false),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: false),
                    value = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    reverses = table.Column<Guid>(type: "uuid", nullable: true),
                    entered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entered_by = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_penalty", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "target",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    year = table.Column<int>(type: "integer", nullable: false),
                    indicator = table.Column<int>(type: "integer", nullable: false),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    value = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    entered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entered_by = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_target", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_fact_occurred_on",
                table: "fact",
                column: "occurred_on",
                filter: "type = 'FundsPaidIn'");

            migrationBuilder.CreateIndex(
                name: "ix_exclusion_year_indicator_lead_id_entered_at",
                table: "exclusion",
                columns: new[] { "year", "indicator", "lead_id", "entered_at" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_penalty_reverses",
                table: "penalty",
                column: "reverses",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_penalty_year",
                table: "penalty",
                column: "year");

            migrationBuilder.CreateIndex(
                name: "ix_target_year_indicator_subject_id_entered_at",
                table: "target",
                columns: new[] { "year", "indicator", "subject_id", "entered_at" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "exclusion");

            migrationBuilder.DropTable(
                name: "penalty");

            migrationBuilder.DropTable(
                name: "target");

            migrationBuilder.DropIndex(
                name: "ix_fact_occurred_on",
                table: "fact");
        }
    }
}
