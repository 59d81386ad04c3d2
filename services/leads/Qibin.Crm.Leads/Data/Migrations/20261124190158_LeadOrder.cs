using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
{
    /// <inheritdoc />
    public partial class LeadOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:PostgresExtension:btree_gist", ",,");

            migrationBuilder.AddColumn<Guid[]>(
                name: "shared_with",
                table: "lead",
                type: "uuid[]",
                nullable: false,
                defaultValue: new Guid[0]);

            migrationBuilder.CreateTable(
                name: "claim",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    claimed_by = table.Column<Guid>(type: "uuid", nullable: false),
                    contact_id = table.Column<Guid>(type: "uuid", nullable: false),
                    first_talk_on = table.Column<DateOnly>(type: "date", nullable: false),
                    note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    state = table.Column<int>(type: "integer", nullable: false),
                    undisputed = table.Column<int>(type: "integer", nullable: true),
                    claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    held_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    held_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    left = table.Column<TimeSpan>(type: "interval", nullable: true),
                    resumed_on = table.Column<DateOnly>(type: "date", nullable: true),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    extensions = table.Column<int>(type: "integer", nullable: false),
                    contacts_counted = table.Column<int>(type: "integer", nullable: false),
                    confirmed_by = table.Column<Guid>(type: "uuid", nullable: true),
                    end = table.Column<int>(type: "integer", nullable: true),
                    end_note = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    filing_required = table.Column<bool>(type: "boolean", nullable: false),
                    filed_on = table.Column<DateOnly>(type: "date", nullable: true),
                    filing_reference = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    task_force_required = table.Column<bool>(type: "boolean", nullable: false),
                    task_force_on = table.Column<DateOnly>(type: "date", nullable: true),
                    task_force_note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_claim", x => x.id);
                    table.CheckConstraint("ck_claim_period", "held_until is null or held_until >= held_from");
                    table.ForeignKey(
                        name: "fk_claim_investor_investor_id",
                        column: x => x.investor_id,
                        principalTable: "investor",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_claim_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "pool_pick",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    officer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    picked_on = table.Column<DateOnly>(type: "date", nullable: false),
                    picked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pool_pick", x => x.id);
                    table.ForeignKey(
                        name: "fk_pool_pick_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "pool_place",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    warned_of = table.Column<DateOnly>(type: "date", nullable: true),
                    former_owner_id = table.Column<Guid>(type: "uuid", nullable: true),
                    pooled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    left_on = table.Column<DateOnly>(type: "date", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pool_place", x => x.id);
                    table.ForeignKey(
                        name: "fk_pool_place_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "rule_set",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    area = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    body = table.Column<string>(type: "jsonb", nullable: false),
                    changed_by = table.Column<Guid>(type: "uuid", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rule_set", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "transfer",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    to_unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    to_owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    share_units = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    share_credit = table.Column<int[]>(type: "integer[]", nullable: false),
                    share_tax = table.Column<int[]>(type: "integer[]", nullable: false),
                    answer_by = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    proposed_by = table.Column<Guid>(type: "uuid", nullable: false),
                    proposed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    answered_by = table.Column<Guid>(type: "uuid", nullable: true),
                    answered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    answer_note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    decided_by = table.Column<Guid>(type: "uuid", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    decision_note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_transfer", x => x.id);
                    table.ForeignKey(
                        name: "fk_transfer_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "claim_dispute",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    claim_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    contact_id = table.Column<Guid>(type: "uuid", nullable: false),
                    first_talk_on = table.Column<DateOnly>(type: "date", nullable: false),
                    reason = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    opened_by = table.Column<Guid>(type: "uuid", nullable: false),
                    opened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    decision = table.Column<int>(type: "integer", nullable: true),
                    decision_note = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    decided_by = table.Column<Guid>(type: "uuid", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    won_claim_id = table.Column<Guid>(type: "uuid", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_claim_dispute", x => x.id);
                    table.ForeignKey(
                        name: "fk_claim_dispute_claim_claim_id",
                        column: x => x.claim_id,
                        principalTable: "claim",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_claim_dispute_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_lead_shared_with",
                table: "lead",
                column: "shared_with")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_claim_claimed_at_id",
                table: "claim",
                columns: new[] { "claimed_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_claim_due_at",
                table: "claim",
                column: "due_at",
                filter: "due_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_claim_investor_id",
                table: "claim",
                column: "investor_id");

            migrationBuilder.CreateIndex(
                name: "ix_claim_lead_id",
                table: "claim",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_claim_dispute_claim_id",
                table: "claim_dispute",
                column: "claim_id");

            migrationBuilder.CreateIndex(
                name: "ix_claim_dispute_lead_id",
                table: "claim_dispute",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_claim_dispute_opened_at_id",
                table: "claim_dispute",
                columns: new[] { "opened_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_pool_pick_lead_id",
                table: "pool_pick",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_pool_pick_officer_id_picked_on",
                table: "pool_pick",
                columns: new[] { "officer_id", "picked_on" });

            migrationBuilder.CreateIndex(
                name: "ix_pool_place_due_at",
                table: "pool_place",
                column: "due_at",
                filter: "due_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_pool_place_lead_id",
                table: "pool_place",
                column: "lead_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_pool_place_pooled_at_lead_id",
                table: "pool_place",
                columns: new[] { "pooled_at", "lead_id" },
                filter: "state = 2");

            migrationBuilder.CreateIndex(
                name: "ix_transfer_due_at",
                table: "transfer",
                column: "due_at",
                filter: "due_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_transfer_lead_id_decided_at",
                table: "transfer",
                columns: new[] { "lead_id", "decided_at" });

            migrationBuilder.CreateIndex(
                name: "ix_transfer_proposed_at_id",
                table: "transfer",
                columns: new[] { "proposed_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_transfer_to_unit_id_proposed_at_id",
                table: "transfer",
                columns: new[] { "to_unit_id", "proposed_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ux_transfer_open",
                table: "transfer",
                column: "lead_id",
                unique: true,
                filter: "state in (0, 1)");

            migrationBuilder.Sql(LeadOrderTables.ClaimExclusion);
            migrationBuilder.Sql(LeadOrderTables.Rules(new Guid("0191d000-0000-7000-8000-000000000001"), "claims"));
            migrationBuilder.Sql(LeadOrderTables.Rules(new Guid("0191d000-0000-7000-8000-000000000002"), "pool"));
            migrationBuilder.Sql(LeadOrderTables.Rules(new Guid("0191d000-0000-7000-8000-000000000003"), "transfers"));
            foreach (var statement in LeadOrderTables.PoolPlaces.Concat(LeadOrderTables.ShareSums))
            {
                migrationBuilder.Sql(statement);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("drop trigger lead_pool_place on lead");
            migrationBuilder.Sql("drop function give_pool_places()");
            migrationBuilder.Sql("alter table transfer drop constraint ck_transfer_shares");
            migrationBuilder.Sql("drop function share_total(int[])");

            migrationBuilder.DropTable(
                name: "claim_dispute");

            migrationBuilder.DropTable(
                name: "pool_pick");

            migrationBuilder.DropTable(
                name: "pool_place");

            migrationBuilder.DropTable(
                name: "rule_set");

            migrationBuilder.DropTable(
                name: "transfer");

            migrationBuilder.DropTable(
                name: "claim");

            migrationBuilder.DropIndex(
                name: "ix_lead_shared_with",
                table: "lead");

            migrationBuilder.DropColumn(
                name: "shared_with",
                table: "lead");

            migrationBuilder.AlterDatabase()
                .OldAnnotation("Npgsql:PostgresExtension:btree_gist", ",,");
        }
    }
}
