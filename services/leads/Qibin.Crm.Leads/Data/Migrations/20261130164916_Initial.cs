using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
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

            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:PostgresExtension:btree_gist", ",,");

            migrationBuilder.CreateSequence(
                name: "code_l",
                incrementBy: 20);

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
                name: "bin_item",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: true),
                    lead_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: true),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    removed_by = table.Column<Guid>(type: "uuid", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bin_item", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "calendar_year",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    year = table.Column<int>(type: "integer", nullable: false),
                    source = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    days = table.Column<string>(type: "jsonb", nullable: false),
                    changed_by = table.Column<Guid>(type: "uuid", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_calendar_year", x => x.id);
                });

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
                name: "followed_project",
                columns: table => new
                {
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    signed_on = table.Column<DateOnly>(type: "date", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_followed_project", x => x.project_id);
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
                name: "import",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    file_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    created_by = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    headings = table.Column<string[]>(type: "text[]", nullable: false),
                    fields = table.Column<string[]>(type: "text[]", nullable: false),
                    rows = table.Column<int>(type: "integer", nullable: false),
                    job_id = table.Column<Guid>(type: "uuid", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    reverted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_import", x => x.id);
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
                name: "investor",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    name_key = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    search_tokens = table.Column<string[]>(type: "text[]", nullable: false),
                    compared_name = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    uscc = table.Column<string>(type: "character varying(18)", maxLength: 18, nullable: true),
                    foreign_registration = table.Column<string>(type: "character varying(43)", maxLength: 43, nullable: true),
                    registration_key = table.Column<string>(type: "character varying(43)", maxLength: 43, nullable: true),
                    source_region = table.Column<string>(type: "character varying(6)", maxLength: 6, nullable: true),
                    aliases = table.Column<string[]>(type: "text[]", nullable: false),
                    merged_into_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_by = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_investor", x => x.id);
                    table.ForeignKey(
                        name: "fk_investor_investor_merged_into_id",
                        column: x => x.merged_into_id,
                        principalTable: "investor",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
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
                name: "officer_news",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    last_on = table.Column<DateOnly>(type: "date", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_officer_news", x => x.id);
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
                name: "rate",
                schema: "directory",
                columns: table => new
                {
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: false),
                    rate = table.Column<decimal>(type: "numeric(16,8)", precision: 16, scale: 8, nullable: false),
                    entered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rate", x => new { x.currency, x.on });
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
                name: "bin_row",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    item_id = table.Column<Guid>(type: "uuid", nullable: false),
                    source = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    row = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bin_row", x => x.id);
                    table.ForeignKey(
                        name: "fk_bin_row_bin_item_item_id",
                        column: x => x.item_id,
                        principalTable: "bin_item",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "import_row",
                columns: table => new
                {
                    import_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    cells = table.Column<string[]>(type: "text[]", nullable: false),
                    outcome = table.Column<int>(type: "integer", nullable: true),
                    applied = table.Column<bool>(type: "boolean", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: true),
                    lead_before = table.Column<long>(type: "bigint", nullable: false),
                    lead_after = table.Column<long>(type: "bigint", nullable: false),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: true),
                    investor_before = table.Column<long>(type: "bigint", nullable: false),
                    investor_after = table.Column<long>(type: "bigint", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    person_before = table.Column<long>(type: "bigint", nullable: false),
                    person_after = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<Guid>(type: "uuid", nullable: true),
                    step_id = table.Column<Guid>(type: "uuid", nullable: true),
                    before = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_import_row", x => new { x.import_id, x.number });
                    table.ForeignKey(
                        name: "fk_import_row_import_import_id",
                        column: x => x.import_id,
                        principalTable: "import",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "investor_merge",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    into_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_id = table.Column<Guid>(type: "uuid", nullable: false),
                    into_before = table.Column<string>(type: "jsonb", nullable: false),
                    from_before = table.Column<string>(type: "jsonb", nullable: false),
                    after = table.Column<string>(type: "jsonb", nullable: false),
                    lead_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    person_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    merged_by = table.Column<Guid>(type: "uuid", nullable: false),
                    merged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    undone_by = table.Column<Guid>(type: "uuid", nullable: true),
                    undone_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_investor_merge", x => x.id);
                    table.ForeignKey(
                        name: "fk_investor_merge_investor_from_id",
                        column: x => x.from_id,
                        principalTable: "investor",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_investor_merge_investor_into_id",
                        column: x => x.into_id,
                        principalTable: "investor",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "lead",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, collation: "C"),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    name_marks1 = table.Column<long>(type: "bigint", nullable: false),
                    name_marks2 = table.Column<long>(type: "bigint", nullable: false),
                    name_marks3 = table.Column<long>(type: "bigint", nullable: false),
                    name_marks4 = table.Column<long>(type: "bigint", nullable: false),
                    name_marks5 = table.Column<long>(type: "bigint", nullable: false),
                    name_marks6 = table.Column<long>(type: "bigint", nullable: false),
                    name_marks7 = table.Column<long>(type: "bigint", nullable: false),
                    name_marks8 = table.Column<long>(type: "bigint", nullable: false),
                    title = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    title_key = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true),
                    title_pairs = table.Column<string[]>(type: "text[]", nullable: true),
                    summary = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    first_contact_on = table.Column<DateOnly>(type: "date", nullable: false),
                    last_contact_on = table.Column<DateOnly>(type: "date", nullable: false),
                    contact_count = table.Column<int>(type: "integer", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    node_code = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: true),
                    source_region = table.Column<string>(type: "character varying(6)", maxLength: 6, nullable: true),
                    estimated_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    estimated_currency = table.Column<string>(type: "character(3)", fixedLength: true, maxLength: 3, nullable: true),
                    next_step_id = table.Column<Guid>(type: "uuid", nullable: true),
                    next_step_due_on = table.Column<DateOnly>(type: "date", nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    confidentiality_revision = table.Column<long>(type: "bigint", nullable: false),
                    confidentiality_proposed_by = table.Column<Guid>(type: "uuid", nullable: true),
                    shared_with = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    collaborators = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    origin_lead_id = table.Column<Guid>(type: "uuid", nullable: true),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    project_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    converted_on = table.Column<DateOnly>(type: "date", nullable: true),
                    moved_in_on = table.Column<DateOnly>(type: "date", nullable: true),
                    closed_from = table.Column<int>(type: "integer", nullable: true),
                    closure_reason = table.Column<int>(type: "integer", nullable: true),
                    revisit_on = table.Column<DateOnly>(type: "date", nullable: true),
                    went_to = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    revisit_step_id = table.Column<Guid>(type: "uuid", nullable: true),
                    clock = table.Column<string>(type: "jsonb", nullable: false),
                    clock_state = table.Column<int>(type: "integer", nullable: false),
                    open_breaches = table.Column<int>(type: "integer", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_by = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_lead", x => x.id);
                    table.ForeignKey(
                        name: "fk_lead_investor_investor_id",
                        column: x => x.investor_id,
                        principalTable: "investor",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_lead_lead_origin_lead_id",
                        column: x => x.origin_lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "person",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    name_pairs = table.Column<string[]>(type: "text[]", nullable: false),
                    title = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    phone = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    phone_key = table.Column<string>(type: "character varying(24)", maxLength: 24, nullable: true),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: true),
                    email_domain = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: true),
                    wechat = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    lead_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_person", x => x.id);
                    table.ForeignKey(
                        name: "fk_person_investor_investor_id",
                        column: x => x.investor_id,
                        principalTable: "investor",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
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
                name: "assignment",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    from_owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    to_owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    to_unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assignment", x => new { x.lead_id, x.version });
                    table.ForeignKey(
                        name: "fk_assignment_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "claim",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    keys = table.Column<string[]>(type: "text[]", nullable: false),
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
                    currency_without_rate = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
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
                name: "comment",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    text = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    author_id = table.Column<Guid>(type: "uuid", nullable: false),
                    written_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    mentions = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    instruction = table.Column<bool>(type: "boolean", nullable: false),
                    due_on = table.Column<DateOnly>(type: "date", nullable: true),
                    state = table.Column<int>(type: "integer", nullable: false),
                    outcome = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    done_by = table.Column<Guid>(type: "uuid", nullable: true),
                    done_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    withdrawn_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    withdrawal_reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_comment", x => x.id);
                    table.ForeignKey(
                        name: "fk_comment_lead_subject_id",
                        column: x => x.subject_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "external_key",
                columns: table => new
                {
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_external_key", x => new { x.unit_id, x.key });
                    table.ForeignKey(
                        name: "fk_external_key_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "next_step",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    what = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    due_on = table.Column<DateOnly>(type: "date", nullable: false),
                    created_by = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    outcome = table.Column<int>(type: "integer", nullable: true),
                    done_on = table.Column<DateOnly>(type: "date", nullable: true),
                    note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    ended_by = table.Column<Guid>(type: "uuid", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_next_step", x => x.id);
                    table.ForeignKey(
                        name: "fk_next_step_lead_lead_id",
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

            migrationBuilder.CreateTable(
                name: "stage_move",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    from = table.Column<int>(type: "integer", nullable: true),
                    to = table.Column<int>(type: "integer", nullable: false),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    corrections = table.Column<string>(type: "jsonb", nullable: false),
                    note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    closure_reason = table.Column<int>(type: "integer", nullable: true),
                    revisit_on = table.Column<DateOnly>(type: "date", nullable: true),
                    went_to = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stage_move", x => new { x.lead_id, x.version });
                    table.ForeignKey(
                        name: "fk_stage_move_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
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
                name: "contact",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    channel = table.Column<int>(type: "integer", nullable: false),
                    summary = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    participant_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    place = table.Column<string>(type: "jsonb", nullable: true),
                    division = table.Column<string>(type: "character varying(6)", maxLength: 6, nullable: true),
                    attachments = table.Column<string>(type: "jsonb", nullable: false),
                    recorded_by = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    corrected_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact", x => x.id);
                    table.ForeignKey(
                        name: "fk_contact_lead_lead_id",
                        column: x => x.lead_id,
                        principalTable: "lead",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_contact_person_person_id",
                        column: x => x.person_id,
                        principalTable: "person",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "unmasking",
                columns: table => new
                {
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    caller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_unmasking", x => new { x.person_id, x.caller_id });
                    table.ForeignKey(
                        name: "fk_unmasking_person_person_id",
                        column: x => x.person_id,
                        principalTable: "person",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
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
                name: "ix_bin_item_due_at",
                table: "bin_item",
                column: "due_at");

            migrationBuilder.CreateIndex(
                name: "ix_bin_item_investor_id",
                table: "bin_item",
                column: "investor_id");

            migrationBuilder.CreateIndex(
                name: "ix_bin_item_lead_id",
                table: "bin_item",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_bin_item_removed_at_id",
                table: "bin_item",
                columns: new[] { "removed_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_bin_item_subject_id",
                table: "bin_item",
                column: "subject_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_bin_row_item_id",
                table: "bin_row",
                column: "item_id");

            migrationBuilder.CreateIndex(
                name: "ux_calendar_year",
                table: "calendar_year",
                column: "year",
                unique: true);

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
                name: "ix_claim_keys",
                table: "claim",
                column: "keys")
                .Annotation("Npgsql:IndexMethod", "gin");

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
                name: "ix_comment_instruction",
                table: "comment",
                columns: new[] { "written_at", "id" },
                filter: "instruction");

            migrationBuilder.CreateIndex(
                name: "ix_comment_open",
                table: "comment",
                columns: new[] { "written_at", "id" },
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "ix_comment_subject_id_written_at_id",
                table: "comment",
                columns: new[] { "subject_id", "written_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_lead_id_occurred_on_id",
                table: "contact",
                columns: new[] { "lead_id", "occurred_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_lead_id_recorded_at_id",
                table: "contact",
                columns: new[] { "lead_id", "recorded_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_person_id",
                table: "contact",
                column: "person_id");

            migrationBuilder.CreateIndex(
                name: "ix_contact_visit",
                table: "contact",
                columns: new[] { "occurred_on", "id" },
                filter: "channel in (3, 4)");

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
                name: "ix_external_key_lead_id",
                table: "external_key",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_created_at",
                schema: "api",
                table: "idempotency",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_import_created_at",
                table: "import",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_import_created_by_created_at_id",
                table: "import",
                columns: new[] { "created_by", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_import_row_investor_id",
                table: "import_row",
                column: "investor_id");

            migrationBuilder.CreateIndex(
                name: "ix_import_row_lead_id",
                table: "import_row",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_import_row_person_id",
                table: "import_row",
                column: "person_id");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_processed_at",
                schema: "messaging",
                table: "inbox",
                column: "processed_at");

            migrationBuilder.CreateIndex(
                name: "ix_investor_aliases",
                table: "investor",
                column: "aliases")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_investor_compared_name_id",
                table: "investor",
                columns: new[] { "compared_name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_investor_created_at_id",
                table: "investor",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_investor_merged_into_id",
                table: "investor",
                column: "merged_into_id");

            migrationBuilder.CreateIndex(
                name: "ix_investor_name_id",
                table: "investor",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_investor_registration_key",
                table: "investor",
                column: "registration_key");

            migrationBuilder.CreateIndex(
                name: "ix_investor_search_tokens",
                table: "investor",
                column: "search_tokens")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_investor_updated_at_id",
                table: "investor",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_investor_uscc",
                table: "investor",
                column: "uscc");

            migrationBuilder.CreateIndex(
                name: "ix_investor_merge_into_id_merged_at",
                table: "investor_merge",
                columns: new[] { "into_id", "merged_at" });

            migrationBuilder.CreateIndex(
                name: "ux_investor_merge_from",
                table: "investor_merge",
                column: "from_id",
                unique: true,
                filter: "undone_at is null");

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
                name: "ix_lead_breached",
                table: "lead",
                columns: new[] { "updated_at", "id" },
                filter: "open_breaches > 0");

            migrationBuilder.CreateIndex(
                name: "ix_lead_chain_code_updated_at_id",
                table: "lead",
                columns: new[] { "chain_code", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_code",
                table: "lead",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_lead_created_at_id",
                table: "lead",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_due_at",
                table: "lead",
                column: "due_at",
                filter: "due_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_lead_first_contact_on_id",
                table: "lead",
                columns: new[] { "first_contact_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_investor_id",
                table: "lead",
                column: "investor_id");

            migrationBuilder.CreateIndex(
                name: "ix_lead_investor_name_id",
                table: "lead",
                columns: new[] { "investor_name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_last_contact_on_id",
                table: "lead",
                columns: new[] { "last_contact_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_next_step_due_on_updated_at_id",
                table: "lead",
                columns: new[] { "next_step_due_on", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_origin_lead_id",
                table: "lead",
                column: "origin_lead_id",
                filter: "origin_lead_id is not null");

            migrationBuilder.CreateIndex(
                name: "ix_lead_owner_id_updated_at_id",
                table: "lead",
                columns: new[] { "owner_id", "updated_at", "id" })
                .Annotation("Npgsql:IndexInclude", new[] { "name_marks1", "name_marks2", "name_marks3", "name_marks4", "name_marks5", "name_marks6", "name_marks7", "name_marks8" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_readers",
                table: "lead",
                column: "readers",
                filter: "confidential")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_lead_shared_with",
                table: "lead",
                column: "shared_with")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_lead_stage_on_id",
                table: "lead",
                columns: new[] { "stage_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_stage_updated_at_id",
                table: "lead",
                columns: new[] { "stage", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_lead_title_pairs",
                table: "lead",
                column: "title_pairs",
                filter: "title_pairs is not null")
                .Annotation("Npgsql:IndexMethod", "gin");

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

            migrationBuilder.CreateIndex(
                name: "ix_next_step_lead_id",
                table: "next_step",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_officer_unit_id",
                schema: "directory",
                table: "officer",
                column: "unit_id");

            migrationBuilder.CreateIndex(
                name: "ix_officer_leave_officer_id_from",
                table: "officer_leave",
                columns: new[] { "officer_id", "from" });

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
                name: "ix_person_email_domain_id",
                table: "person",
                columns: new[] { "email_domain", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_person_investor_id",
                table: "person",
                column: "investor_id");

            migrationBuilder.CreateIndex(
                name: "ix_person_name_pairs",
                table: "person",
                column: "name_pairs")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_person_phone_key_id",
                table: "person",
                columns: new[] { "phone_key", "id" });

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
                name: "ux_referral_lead",
                table: "referral",
                column: "lead_id",
                unique: true);

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

            foreach (var statement in InitialSql.Statements)
            {
                migrationBuilder.Sql(statement);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "assignment");

            migrationBuilder.DropTable(
                name: "audit_entry",
                schema: "api");

            migrationBuilder.DropTable(
                name: "audit_head",
                schema: "api");

            migrationBuilder.DropTable(
                name: "bin_row");

            migrationBuilder.DropTable(
                name: "calendar_year");

            migrationBuilder.DropTable(
                name: "claim_dispute");

            migrationBuilder.DropTable(
                name: "clock_recount");

            migrationBuilder.DropTable(
                name: "comment");

            migrationBuilder.DropTable(
                name: "contact_revision");

            migrationBuilder.DropTable(
                name: "digest_schedule");

            migrationBuilder.DropTable(
                name: "ended_access",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "event",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "external_key");

            migrationBuilder.DropTable(
                name: "followed_project");

            migrationBuilder.DropTable(
                name: "idempotency",
                schema: "api");

            migrationBuilder.DropTable(
                name: "import_row");

            migrationBuilder.DropTable(
                name: "inbox",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "investor_merge");

            migrationBuilder.DropTable(
                name: "job_part",
                schema: "jobs");

            migrationBuilder.DropTable(
                name: "next_step");

            migrationBuilder.DropTable(
                name: "officer",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "officer_leave");

            migrationBuilder.DropTable(
                name: "officer_news");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "parked_message",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "pool_pick");

            migrationBuilder.DropTable(
                name: "pool_place");

            migrationBuilder.DropTable(
                name: "rate",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "referral");

            migrationBuilder.DropTable(
                name: "response_breach");

            migrationBuilder.DropTable(
                name: "rule_set");

            migrationBuilder.DropTable(
                name: "stage_move");

            migrationBuilder.DropTable(
                name: "transfer");

            migrationBuilder.DropTable(
                name: "unit",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "unmasking");

            migrationBuilder.DropTable(
                name: "visit_clash");

            migrationBuilder.DropTable(
                name: "withheld",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "bin_item");

            migrationBuilder.Sql("drop table claim_key");

            migrationBuilder.DropTable(
                name: "claim");

            migrationBuilder.DropTable(
                name: "contact");

            migrationBuilder.DropTable(
                name: "import");

            migrationBuilder.DropTable(
                name: "job",
                schema: "jobs");

            migrationBuilder.DropTable(
                name: "lead");

            migrationBuilder.DropTable(
                name: "person");

            migrationBuilder.DropTable(
                name: "investor");

            migrationBuilder.DropSequence(
                name: "code_l");

            migrationBuilder.Sql("drop function keep_claim_keys()");
            migrationBuilder.Sql("drop function give_pool_places()");
            migrationBuilder.Sql("drop function share_total(int[])");
        }
    }
}
