using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
{
    /// <inheritdoc />
    public partial class OfficersDay : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "went_to",
                table: "lead",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "attachments",
                table: "contact",
                type: "jsonb",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "corrected_at",
                table: "contact",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "division",
                table: "contact",
                type: "character varying(6)",
                maxLength: 6,
                nullable: true);

            migrationBuilder.AddColumn<Guid[]>(
                name: "participant_ids",
                table: "contact",
                type: "uuid[]",
                nullable: false,
                defaultValue: Array.Empty<Guid>());

            migrationBuilder.AddColumn<string>(
                name: "place",
                table: "contact",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "version",
                table: "contact",
                type: "bigint",
                nullable: false,
                defaultValue: 1L);

            migrationBuilder.CreateTable(
                name: "contact_revision",
                columns: table => new
                {
                    contact_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    replaced_by = table.Column<Guid>(type: "uuid", nullable: false),
                    replaced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact_revision", x => new { x.contact_id, x.version });
                    table.ForeignKey(
                        name: "fk_contact_revision_contact_contact_id",
                        column: x => x.contact_id,
                        principalTable: "contact",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "officer_leave",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    officer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from = table.Column<DateOnly>(type: "date", nullable: false),
                    to = table.Column<DateOnly>(type: "date", nullable: true),
                    note = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    created_by = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_officer_leave", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "referral",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    proposed_by = table.Column<Guid>(type: "uuid", nullable: false),
                    proposed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    approved_by = table.Column<Guid>(type: "uuid", nullable: true),
                    approved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_referral", x => x.id);
                    table.ForeignKey(
                        name: "fk_referral_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "visit_clash",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    earlier_contact_id = table.Column<Guid>(type: "uuid", nullable: false),
                    earlier_lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    earlier_unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    earlier_on = table.Column<DateOnly>(type: "date", nullable: false),
                    later_contact_id = table.Column<Guid>(type: "uuid", nullable: false),
                    later_lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    later_unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    later_on = table.Column<DateOnly>(type: "date", nullable: false),
                    investor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_visit_clash", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_contact_visit",
                table: "contact",
                columns: new[] { "occurred_on", "id" },
                filter: "channel in (3, 4)");

            migrationBuilder.CreateIndex(
                name: "ix_officer_leave_officer_id_from",
                table: "officer_leave",
                columns: new[] { "officer_id", "from" });

            migrationBuilder.CreateIndex(
                name: "ux_referral_lead",
                table: "referral",
                column: "lead_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_visit_clash_earlier_contact_id_later_contact_id",
                table: "visit_clash",
                columns: new[] { "earlier_contact_id", "later_contact_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_visit_clash_earlier_lead_id",
                table: "visit_clash",
                column: "earlier_lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_visit_clash_later_lead_id",
                table: "visit_clash",
                column: "later_lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_visit_clash_recorded_at_id",
                table: "visit_clash",
                columns: new[] { "recorded_at", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "contact_revision");

            migrationBuilder.DropTable(
                name: "officer_leave");

            migrationBuilder.DropTable(
                name: "referral");

            migrationBuilder.DropTable(
                name: "visit_clash");

            migrationBuilder.DropIndex(
                name: "ix_contact_visit",
                table: "contact");

            migrationBuilder.DropColumn(
                name: "went_to",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "attachments",
                table: "contact");

            migrationBuilder.DropColumn(
                name: "corrected_at",
                table: "contact");

            migrationBuilder.DropColumn(
                name: "division",
                table: "contact");

            migrationBuilder.DropColumn(
                name: "participant_ids",
                table: "contact");

            migrationBuilder.DropColumn(
                name: "place",
                table: "contact");

            migrationBuilder.DropColumn(
                name: "version",
                table: "contact");
        }
    }
}
