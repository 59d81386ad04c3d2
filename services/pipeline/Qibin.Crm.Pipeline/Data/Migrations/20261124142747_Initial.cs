using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Qibin.Crm.Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "api");

            migrationBuilder.EnsureSchema(
                name: "messaging");

            migrationBuilder.EnsureSchema(
                name: "directory");

            migrationBuilder.CreateTable(
                name: "audit_entry",
                schema: "api",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    action = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    subject_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    trace_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_entry", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "enterprise",
                columns: table => new
                {
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    uscc = table.Column<string>(type: "text", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    in_city = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_enterprise", x => x.enterprise_id);
                });

            migrationBuilder.CreateTable(
                name: "event",
                schema: "messaging",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    stream_type = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    stream_id = table.Column<Guid>(type: "uuid", nullable: false),
                    stream_version = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<short>(type: "smallint", nullable: false),
                    type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    schema_version = table.Column<short>(type: "smallint", nullable: false),
                    payload = table.Column<string>(type: "jsonb", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    causation_id = table.Column<Guid>(type: "uuid", nullable: true),
                    trace_parent = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "fact",
                columns: table => new
                {
                    stream_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: true),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: true),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    back_to = table.Column<int>(type: "integer", nullable: true),
                    @event = table.Column<string>(name: "event", type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_fact", x => new { x.stream_id, x.version, x.ordinal });
                });

            migrationBuilder.CreateTable(
                name: "idempotency",
                schema: "api",
                columns: table => new
                {
                    principal = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    method = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: false),
                    route = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    request_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: true),
                    location = table.Column<string>(type: "text", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: true),
                    answer = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency", x => new { x.principal, x.key });
                });

            migrationBuilder.CreateTable(
                name: "inbox",
                schema: "messaging",
                columns: table => new
                {
                    consumer = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    message_id = table.Column<Guid>(type: "uuid", nullable: false),
                    processed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inbox", x => new { x.consumer, x.message_id });
                });

            migrationBuilder.CreateTable(
                name: "journey",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_name = table.Column<string>(type: "text", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    project_code = table.Column<string>(type: "text", nullable: true),
                    project_name = table.Column<string>(type: "text", nullable: true),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    first_contact_on = table.Column<DateOnly>(type: "date", nullable: false),
                    settled_on = table.Column<DateOnly>(type: "date", nullable: true),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_journey", x => x.lead_id);
                });

            migrationBuilder.CreateTable(
                name: "lead",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_name = table.Column<string>(type: "text", nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    first_contact_on = table.Column<DateOnly>(type: "date", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    estimated_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    estimated_currency = table.Column<string>(type: "text", nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_lead", x => x.lead_id);
                });

            migrationBuilder.CreateTable(
                name: "milestone",
                columns: table => new
                {
                    stream_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: true),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    taken_back_version = table.Column<long>(type: "bigint", nullable: true),
                    taken_back_on = table.Column<DateOnly>(type: "date", nullable: true),
                    taken_back_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_milestone", x => new { x.stream_id, x.version, x.ordinal });
                });

            migrationBuilder.CreateTable(
                name: "officer",
                schema: "directory",
                columns: table => new
                {
                    officer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    roles = table.Column<string[]>(type: "text[]", nullable: false),
                    chains = table.Column<string[]>(type: "text[]", nullable: false),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_officer", x => x.officer_id);
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "messaging",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    stream_id = table.Column<Guid>(type: "uuid", nullable: false),
                    available_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    attempts = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    last_error = table.Column<string>(type: "text", nullable: true),
                    parked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "parked_message",
                schema: "messaging",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    queue = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    consumer = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    message_id = table.Column<Guid>(type: "uuid", nullable: true),
                    type = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    headers = table.Column<string>(type: "jsonb", nullable: false),
                    exception = table.Column<string>(type: "text", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    parked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    resolved_by = table.Column<Guid>(type: "uuid", nullable: true),
                    resolved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_parked_message", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "project",
                columns: table => new
                {
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    contract_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    contract_currency = table.Column<string>(type: "text", nullable: true),
                    paid_in = table.Column<string>(type: "jsonb", nullable: false),
                    uscc = table.Column<string>(type: "text", nullable: true),
                    enterprise_name = table.Column<string>(type: "text", nullable: true),
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: true),
                    settled_on = table.Column<DateOnly>(type: "date", nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_project", x => x.project_id);
                });

            migrationBuilder.CreateTable(
                name: "unit",
                schema: "directory",
                columns: table => new
                {
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    parent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    code = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    name_en = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_unit", x => x.unit_id);
                });

            migrationBuilder.CreateTable(
                name: "amount",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    estimated = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    contract = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    paid_in = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_amount", x => new { x.lead_id, x.currency });
                    table.ForeignKey(
                        name: "fk_amount_journey_lead_id",
                        column: x => x.lead_id,
                        principalTable: "journey",
                        principalColumn: "lead_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_entry_subject_id_at",
                schema: "api",
                table: "audit_entry",
                columns: new[] { "subject_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_enterprise_uscc",
                table: "enterprise",
                column: "uscc");

            migrationBuilder.CreateIndex(
                name: "ix_event_id",
                schema: "messaging",
                table: "event",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_event_stream_id_stream_version_ordinal",
                schema: "messaging",
                table: "event",
                columns: new[] { "stream_id", "stream_version", "ordinal" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_event_xid_seq",
                schema: "messaging",
                table: "event",
                columns: new[] { "xid", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_fact_lead_id",
                table: "fact",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_fact_project_id",
                table: "fact",
                column: "project_id");

            migrationBuilder.CreateIndex(
                name: "ix_fact_recorded_at",
                table: "fact",
                column: "recorded_at");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_created_at",
                schema: "api",
                table: "idempotency",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_processed_at",
                schema: "messaging",
                table: "inbox",
                column: "processed_at");

            migrationBuilder.CreateIndex(
                name: "ix_journey_chain_code_changed_at_lead_id",
                table: "journey",
                columns: new[] { "chain_code", "changed_at", "lead_id" });

            migrationBuilder.CreateIndex(
                name: "ix_journey_changed_at_lead_id",
                table: "journey",
                columns: new[] { "changed_at", "lead_id" });

            migrationBuilder.CreateIndex(
                name: "ix_journey_lead_id",
                table: "journey",
                column: "lead_id",
                filter: "confidential");

            migrationBuilder.CreateIndex(
                name: "ix_journey_owner_id_changed_at_lead_id",
                table: "journey",
                columns: new[] { "owner_id", "changed_at", "lead_id" });

            migrationBuilder.CreateIndex(
                name: "ix_journey_stage_changed_at_lead_id",
                table: "journey",
                columns: new[] { "stage", "changed_at", "lead_id" });

            migrationBuilder.CreateIndex(
                name: "ix_journey_unit_id_changed_at_lead_id",
                table: "journey",
                columns: new[] { "unit_id", "changed_at", "lead_id" });

            migrationBuilder.CreateIndex(
                name: "ix_milestone_kind_occurred_on",
                table: "milestone",
                columns: new[] { "kind", "occurred_on" });

            migrationBuilder.CreateIndex(
                name: "ix_milestone_lead_id",
                table: "milestone",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_officer_unit_id",
                schema: "directory",
                table: "officer",
                column: "unit_id");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_stream_id_seq",
                schema: "messaging",
                table: "outbox",
                columns: new[] { "stream_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_stream_id_seq1",
                schema: "messaging",
                table: "outbox",
                columns: new[] { "stream_id", "seq" },
                filter: "attempts > 0");

            migrationBuilder.CreateIndex(
                name: "ix_parked_message_consumer_message_id",
                schema: "messaging",
                table: "parked_message",
                columns: new[] { "consumer", "message_id" },
                unique: true,
                filter: "state = 0 and message_id is not null")
                .Annotation("Npgsql:NullsDistinct", false);

            migrationBuilder.CreateIndex(
                name: "ix_parked_message_state_parked_at",
                schema: "messaging",
                table: "parked_message",
                columns: new[] { "state", "parked_at" });

            migrationBuilder.CreateIndex(
                name: "ix_project_lead_id_project_id",
                table: "project",
                columns: new[] { "lead_id", "project_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "amount");

            migrationBuilder.DropTable(
                name: "audit_entry",
                schema: "api");

            migrationBuilder.DropTable(
                name: "enterprise");

            migrationBuilder.DropTable(
                name: "event",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "fact");

            migrationBuilder.DropTable(
                name: "idempotency",
                schema: "api");

            migrationBuilder.DropTable(
                name: "inbox",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "lead");

            migrationBuilder.DropTable(
                name: "milestone");

            migrationBuilder.DropTable(
                name: "officer",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "parked_message",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "project");

            migrationBuilder.DropTable(
                name: "unit",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "journey");
        }
    }
}
