using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
{
    /// <inheritdoc />
    public partial class ResponseClock : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "clock",
                table: "lead",
                type: "jsonb",
                nullable: false,
                defaultValue: "{}");

            migrationBuilder.AddColumn<int>(
                name: "clock_state",
                table: "lead",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "due_at",
                table: "lead",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "open_breaches",
                table: "lead",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "revisit_step_id",
                table: "lead",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "clock_recount",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    begun_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    after = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clock_recount", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "digest_schedule",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_on = table.Column<DateOnly>(type: "date", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_digest_schedule", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "owner_digest",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    last_on = table.Column<DateOnly>(type: "date", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_owner_digest", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "response_breach",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    due_on = table.Column<DateOnly>(type: "date", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    breached_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    ended_on = table.Column<DateOnly>(type: "date", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_response_breach", x => x.id);
                    table.ForeignKey(
                        name: "fk_response_breach_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_lead_due_at",
                table: "lead",
                column: "due_at",
                filter: "due_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_lead_breached",
                table: "lead",
                columns: new[] { "updated_at", "id" },
                filter: "open_breaches > 0");

            migrationBuilder.CreateIndex(
                name: "ix_response_breach_breached_at_id",
                table: "response_breach",
                columns: new[] { "breached_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_response_breach_due_on_id",
                table: "response_breach",
                columns: new[] { "due_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_response_breach_lead_id_breached_at",
                table: "response_breach",
                columns: new[] { "lead_id", "breached_at" });

            migrationBuilder.CreateIndex(
                name: "ux_response_breach_open",
                table: "response_breach",
                columns: new[] { "lead_id", "kind" },
                unique: true,
                filter: "state = 0");

            foreach (var statement in ResponseTables.Begin)
            {
                migrationBuilder.Sql(statement);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("delete from rule_set where area in ('response', 'digest')");

            migrationBuilder.DropTable(
                name: "clock_recount");

            migrationBuilder.DropTable(
                name: "digest_schedule");

            migrationBuilder.DropTable(
                name: "owner_digest");

            migrationBuilder.DropTable(
                name: "response_breach");

            migrationBuilder.DropIndex(
                name: "ix_lead_due_at",
                table: "lead");

            migrationBuilder.DropIndex(
                name: "ix_lead_breached",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "clock",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "clock_state",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "due_at",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "open_breaches",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "revisit_step_id",
                table: "lead");
        }
    }
}
