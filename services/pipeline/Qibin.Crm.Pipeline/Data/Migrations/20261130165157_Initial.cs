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
                name: "directory");

            migrationBuilder.EnsureSchema(
                name: "messaging");

            migrationBuilder.EnsureSchema(
                name: "jobs");

            migrationBuilder.CreateTable(
                name: "audit_entry",
                schema: "api",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()"),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    client_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    operation = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    refused = table.Column<bool>(type: "boolean", nullable: false),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    address = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    trace_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    subjects = table.Column<string>(type: "jsonb", nullable: false),
                    changes = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_entry", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit_head",
                schema: "api",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    kept_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_head", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "delta",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    month = table.Column<int>(type: "integer", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    estimated = table.Column<decimal>(type: "numeric", nullable: false),
                    contract = table.Column<decimal>(type: "numeric", nullable: false),
                    paid_in = table.Column<decimal>(type: "numeric", nullable: false),
                    completed = table.Column<decimal>(type: "numeric", nullable: false),
                    at = table.Column<int>(type: "integer", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    then_chain = table.Column<string>(type: "text", nullable: true),
                    then_unit = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_delta", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "ended_access",
                schema: "directory",
                columns: table => new
                {
                    ended_id = table.Column<Guid>(type: "uuid", nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ended_access", x => x.ended_id);
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
                    subjects = table.Column<Guid[]>(type: "uuid[]", nullable: true),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "exclusion",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    excluded = table.Column<bool>(type: "boolean", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    year = table.Column<int>(type: "integer", nullable: false),
                    indicator = table.Column<int>(type: "integer", nullable: false),
                    entered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entered_by = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exclusion", x => x.id);
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
                    subjects = table.Column<Guid[]>(type: "uuid[]", nullable: false, defaultValueSql: "'{}'"),
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
                name: "interval",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    known_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    day_from = table.Column<DateOnly>(type: "date", nullable: false),
                    known_to = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    day_to = table.Column<DateOnly>(type: "date", nullable: true),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    month = table.Column<int>(type: "integer", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    first_contact_on = table.Column<DateOnly>(type: "date", nullable: false),
                    moved_in_on = table.Column<DateOnly>(type: "date", nullable: true),
                    investment = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    investment_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    amounts = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_interval", x => new { x.lead_id, x.day_from, x.known_from });
                });

            migrationBuilder.CreateTable(
                name: "job",
                schema: "jobs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    parameters = table.Column<string>(type: "jsonb", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner = table.Column<string>(type: "jsonb", nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    done = table.Column<long>(type: "bigint", nullable: false),
                    total = table.Column<long>(type: "bigint", nullable: true),
                    position = table.Column<string>(type: "text", nullable: true),
                    result = table.Column<string>(type: "jsonb", nullable: true),
                    problem = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    cancelling = table.Column<bool>(type: "boolean", nullable: false),
                    lease = table.Column<Guid>(type: "uuid", nullable: true),
                    leased_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    result_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_job", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "journey",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    removed = table.Column<bool>(type: "boolean", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_name = table.Column<string>(type: "text", nullable: false),
                    project_code = table.Column<string>(type: "text", nullable: true),
                    project_name = table.Column<string>(type: "text", nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    shared_with = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: true),
                    enterprise_name = table.Column<string>(type: "text", nullable: true),
                    uscc = table.Column<string>(type: "text", nullable: true),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    month = table.Column<int>(type: "integer", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    first_contact_on = table.Column<DateOnly>(type: "date", nullable: false),
                    moved_in_on = table.Column<DateOnly>(type: "date", nullable: true),
                    investment = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    investment_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    amounts = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_journey", x => x.lead_id);
                });

            migrationBuilder.CreateTable(
                name: "milestone",
                columns: table => new
                {
                    stream_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    taken_back_version = table.Column<long>(type: "bigint", nullable: true),
                    taken_back_on = table.Column<DateOnly>(type: "date", nullable: true),
                    taken_back_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    superseded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_milestone", x => new { x.stream_id, x.version, x.ordinal, x.kind });
                });

            migrationBuilder.CreateTable(
                name: "officer",
                schema: "directory",
                columns: table => new
                {
                    officer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
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
                name: "penalty",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    reverses = table.Column<Guid>(type: "uuid", nullable: true),
                    year = table.Column<int>(type: "integer", nullable: false),
                    indicator = table.Column<int>(type: "integer", nullable: false),
                    entered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entered_by = table.Column<Guid>(type: "uuid", nullable: false),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    value = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_penalty", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rate",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: false),
                    rate = table.Column<decimal>(type: "numeric(16,8)", precision: 16, scale: 8, nullable: false),
                    entered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entered_by = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rate", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "received_event",
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
                    @event = table.Column<string>(name: "event", type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_received_event", x => new { x.stream_id, x.version, x.ordinal });
                });

            migrationBuilder.CreateTable(
                name: "report",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    as_of = table.Column<DateOnly>(type: "date", nullable: false),
                    known_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    scope = table.Column<string>(type: "text", nullable: false),
                    requester_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    files = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_report", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rollup",
                columns: table => new
                {
                    key = table.Column<Guid>(type: "uuid", nullable: false),
                    set = table.Column<int>(type: "integer", nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    month = table.Column<int>(type: "integer", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    estimated = table.Column<decimal>(type: "numeric", nullable: false),
                    contract = table.Column<decimal>(type: "numeric", nullable: false),
                    paid_in = table.Column<decimal>(type: "numeric", nullable: false),
                    completed = table.Column<decimal>(type: "numeric", nullable: false),
                    at = table.Column<int>(type: "integer", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    then_chain = table.Column<string>(type: "text", nullable: true),
                    then_unit = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rollup", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "target",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    year = table.Column<int>(type: "integer", nullable: false),
                    indicator = table.Column<int>(type: "integer", nullable: false),
                    entered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entered_by = table.Column<Guid>(type: "uuid", nullable: false),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    value = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_target", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "timeline",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    format = table.Column<int>(type: "integer", nullable: false),
                    timeline = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_timeline", x => x.lead_id);
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
                    removed = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_unit", x => x.unit_id);
                });

            migrationBuilder.CreateTable(
                name: "watermark",
                columns: table => new
                {
                    service = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    position = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    complete_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_watermark", x => x.service);
                });

            migrationBuilder.CreateTable(
                name: "withheld",
                schema: "messaging",
                columns: table => new
                {
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject_type = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    announced = table.Column<bool>(type: "boolean", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    xid = table.Column<ulong>(type: "xid8", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_withheld", x => x.subject_id);
                });

            migrationBuilder.CreateTable(
                name: "job_part",
                schema: "jobs",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false),
                    row_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    row_ends = table.Column<int[]>(type: "integer[]", nullable: false),
                    unmasked_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_job_part", x => new { x.job_id, x.number });
                    table.ForeignKey(
                        name: "fk_job_part_job_job_id",
                        column: x => x.job_id,
                        principalSchema: "jobs",
                        principalTable: "job",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "report_material",
                columns: table => new
                {
                    report_id = table.Column<Guid>(type: "uuid", nullable: false),
                    leads = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    confidential = table.Column<int>(type: "integer", nullable: false),
                    names = table.Column<string>(type: "jsonb", nullable: false),
                    listed = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    workbook = table.Column<byte[]>(type: "bytea", nullable: true),
                    document = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_report_material", x => x.report_id);
                    table.ForeignKey(
                        name: "fk_report_material_report_report_id",
                        column: x => x.report_id,
                        principalTable: "report",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_entry_at",
                schema: "api",
                table: "audit_entry",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_audit_entry_xid_seq",
                schema: "api",
                table: "audit_entry",
                columns: new[] { "xid", "seq" });

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
                name: "ix_event_subjects",
                schema: "messaging",
                table: "event",
                column: "subjects",
                filter: "subjects is not null")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_event_xid_seq",
                schema: "messaging",
                table: "event",
                columns: new[] { "xid", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_exclusion_year_indicator_lead_id_entered_at",
                table: "exclusion",
                columns: new[] { "year", "indicator", "lead_id", "entered_at" },
                unique: true);

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
                name: "ix_job_created_at_id",
                schema: "jobs",
                table: "job",
                columns: new[] { "created_at", "id" },
                filter: "state < 2");

            migrationBuilder.CreateIndex(
                name: "ix_job_owner_id_created_at",
                schema: "jobs",
                table: "job",
                columns: new[] { "owner_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_job_result_until",
                schema: "jobs",
                table: "job",
                column: "result_until");

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
                name: "ix_journey_readers",
                table: "journey",
                column: "readers",
                filter: "confidential")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_journey_shared",
                table: "journey",
                column: "shared_with",
                filter: "shared_with <> '{}'")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_journey_shared_with",
                table: "journey",
                column: "shared_with")
                .Annotation("Npgsql:IndexMethod", "gin");

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
                name: "ix_penalty_reverses",
                table: "penalty",
                column: "reverses",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_penalty_year",
                table: "penalty",
                column: "year");

            migrationBuilder.CreateIndex(
                name: "ix_rate_currency_on",
                table: "rate",
                columns: new[] { "currency", "on" });

            migrationBuilder.CreateIndex(
                name: "ix_received_event_enterprise_id",
                table: "received_event",
                column: "enterprise_id");

            migrationBuilder.CreateIndex(
                name: "ix_received_event_lead_id",
                table: "received_event",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_received_event_occurred_on",
                table: "received_event",
                column: "occurred_on",
                filter: "type = 'FundsPaidIn'");

            migrationBuilder.CreateIndex(
                name: "ix_received_event_project_id",
                table: "received_event",
                column: "project_id");

            migrationBuilder.CreateIndex(
                name: "ix_received_event_recorded_at",
                table: "received_event",
                column: "recorded_at");

            migrationBuilder.CreateIndex(
                name: "ix_report_created_at",
                table: "report",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_rollup_set_at",
                table: "rollup",
                columns: new[] { "set", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_rollup_set_chain_code_at",
                table: "rollup",
                columns: new[] { "set", "chain_code", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_rollup_set_unit_id_at",
                table: "rollup",
                columns: new[] { "set", "unit_id", "at" });

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
                name: "audit_entry",
                schema: "api");

            migrationBuilder.DropTable(
                name: "audit_head",
                schema: "api");

            migrationBuilder.DropTable(
                name: "delta");

            migrationBuilder.DropTable(
                name: "ended_access",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "event",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "exclusion");

            migrationBuilder.DropTable(
                name: "idempotency",
                schema: "api");

            migrationBuilder.DropTable(
                name: "inbox",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "interval");

            migrationBuilder.DropTable(
                name: "job_part",
                schema: "jobs");

            migrationBuilder.DropTable(
                name: "journey");

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
                name: "penalty");

            migrationBuilder.DropTable(
                name: "rate");

            migrationBuilder.DropTable(
                name: "received_event");

            migrationBuilder.DropTable(
                name: "report_material");

            migrationBuilder.DropTable(
                name: "rollup");

            migrationBuilder.DropTable(
                name: "target");

            migrationBuilder.DropTable(
                name: "timeline");

            migrationBuilder.DropTable(
                name: "unit",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "watermark");

            migrationBuilder.DropTable(
                name: "withheld",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "job",
                schema: "jobs");

            migrationBuilder.DropTable(
                name: "report");
        }
    }
}
