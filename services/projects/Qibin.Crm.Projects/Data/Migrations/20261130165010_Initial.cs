using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Qibin.Crm.Projects.Data.Migrations
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

            migrationBuilder.CreateSequence(
                name: "code_p",
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
                name: "followed_lead",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    confidentiality_revision = table.Column<long>(type: "bigint", nullable: false),
                    converted_on = table.Column<DateOnly>(type: "date", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_followed_lead", x => x.lead_id);
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
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    search_key = table.Column<string>(type: "text", nullable: false),
                    search_tokens = table.Column<string[]>(type: "text[]", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    investor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    stage_dates = table.Column<DateOnly[]>(type: "date[]", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    status_on = table.Column<DateOnly>(type: "date", nullable: false),
                    status_reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    open_submission_id = table.Column<Guid>(type: "uuid", nullable: true),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_officer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    chain_code = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    node_code = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    confidentiality_revision = table.Column<long>(type: "bigint", nullable: false),
                    shared_with = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: true),
                    place = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    area_mu = table.Column<decimal>(type: "numeric(12,2)", precision: 12, scale: 2, nullable: true),
                    content = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    planned_signing_on = table.Column<DateOnly>(type: "date", nullable: true),
                    planned_start_on = table.Column<DateOnly>(type: "date", nullable: true),
                    planned_completion_on = table.Column<DateOnly>(type: "date", nullable: true),
                    planned_production_on = table.Column<DateOnly>(type: "date", nullable: true),
                    expected_jobs = table.Column<int>(type: "integer", nullable: true),
                    paid_in = table.Column<string>(type: "jsonb", nullable: false),
                    completed_investment = table.Column<string>(type: "jsonb", nullable: false),
                    uscc = table.Column<string>(type: "character varying(18)", maxLength: 18, nullable: true),
                    enterprise_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: true),
                    first_output_on = table.Column<DateOnly>(type: "date", nullable: true),
                    moved_in_on = table.Column<DateOnly>(type: "date", nullable: true),
                    left_on = table.Column<DateOnly>(type: "date", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    annual_output_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    annual_output_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    annual_tax_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    annual_tax_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    contract_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    contract_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    expected_output_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    expected_output_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    expected_tax_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    expected_tax_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    output_threshold_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    output_threshold_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    tax_threshold_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    tax_threshold_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_project", x => x.id);
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
                name: "tenancy",
                columns: table => new
                {
                    tenancy_id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: false),
                    moved_in_on = table.Column<DateOnly>(type: "date", nullable: true),
                    left_on = table.Column<DateOnly>(type: "date", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tenancy", x => x.tenancy_id);
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
                name: "amount_entry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    origin = table.Column<int>(type: "integer", nullable: true),
                    document = table.Column<string>(type: "jsonb", nullable: true),
                    reversal_of = table.Column<Guid>(type: "uuid", nullable: true),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    recorded_by = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entry_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    entry_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_amount_entry", x => x.id);
                    table.ForeignKey(
                        name: "fk_amount_entry_amount_entry_reversal_of",
                        column: x => x.reversal_of,
                        principalTable: "amount_entry",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "fk_amount_entry_project_project_id",
                        column: x => x.project_id,
                        principalTable: "project",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
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
                        name: "fk_comment_project_subject_id",
                        column: x => x.subject_id,
                        principalTable: "project",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "history_entry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    from = table.Column<int>(type: "integer", nullable: false),
                    to = table.Column<int>(type: "integer", nullable: false),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    submission_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    move_version = table.Column<long>(type: "bigint", nullable: true),
                    previous_on = table.Column<DateOnly>(type: "date", nullable: true),
                    corrected_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    corrected_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    previous_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    previous_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_history_entry", x => x.id);
                    table.ForeignKey(
                        name: "fk_history_entry_project_project_id",
                        column: x => x.project_id,
                        principalTable: "project",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "submission",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    purpose = table.Column<int>(type: "integer", nullable: false),
                    from = table.Column<int>(type: "integer", nullable: false),
                    to = table.Column<int>(type: "integer", nullable: false),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: false),
                    move_version = table.Column<long>(type: "bigint", nullable: true),
                    previous_on = table.Column<DateOnly>(type: "date", nullable: true),
                    state = table.Column<int>(type: "integer", nullable: false),
                    submitted_by = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_by = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    decided_by = table.Column<Guid>(type: "uuid", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    decision_note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    currency_without_rate = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    uscc = table.Column<string>(type: "character varying(18)", maxLength: 18, nullable: true),
                    enterprise_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    first_output_on = table.Column<DateOnly>(type: "date", nullable: true),
                    documents = table.Column<string>(type: "jsonb", nullable: false),
                    annual_output_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    annual_output_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    annual_tax_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    annual_tax_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    contract_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    contract_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    previous_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    previous_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_submission", x => x.id);
                    table.ForeignKey(
                        name: "fk_submission_project_project_id",
                        column: x => x.project_id,
                        principalTable: "project",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_amount_entry_project_id_occurred_on_id",
                table: "amount_entry",
                columns: new[] { "project_id", "occurred_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_amount_entry_project_id_recorded_at_id",
                table: "amount_entry",
                columns: new[] { "project_id", "recorded_at", "id" });

            migrationBuilder.CreateIndex(
                name: "one_reversal_an_entry",
                table: "amount_entry",
                column: "reversal_of",
                unique: true);

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
                name: "ix_history_entry_project_id_version",
                table: "history_entry",
                columns: new[] { "project_id", "version" });

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
                name: "ix_project_chain_code_updated_at_id",
                table: "project",
                columns: new[] { "chain_code", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_project_code",
                table: "project",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_project_created_at_id",
                table: "project",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_project_enterprise_id",
                table: "project",
                column: "enterprise_id");

            migrationBuilder.CreateIndex(
                name: "ix_project_lead_id",
                table: "project",
                column: "lead_id");

            migrationBuilder.CreateIndex(
                name: "ix_project_name_id",
                table: "project",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_project_owner_id_updated_at_id",
                table: "project",
                columns: new[] { "owner_id", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_project_search_tokens",
                table: "project",
                column: "search_tokens")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_project_shared_with",
                table: "project",
                column: "shared_with")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_project_stage_on_id",
                table: "project",
                columns: new[] { "stage_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_project_stage_updated_at_id",
                table: "project",
                columns: new[] { "stage", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_project_unit_id_updated_at_id",
                table: "project",
                columns: new[] { "unit_id", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_project_updated_at_id",
                table: "project",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_submission_project_id_recorded_at",
                table: "submission",
                columns: new[] { "project_id", "recorded_at" });

            migrationBuilder.CreateIndex(
                name: "one_open_submission_a_project",
                table: "submission",
                column: "project_id",
                unique: true,
                filter: "state = 0");

            migrationBuilder.CreateIndex(
                name: "ix_tenancy_project_id",
                table: "tenancy",
                column: "project_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "amount_entry");

            migrationBuilder.DropTable(
                name: "audit_entry",
                schema: "api");

            migrationBuilder.DropTable(
                name: "audit_head",
                schema: "api");

            migrationBuilder.DropTable(
                name: "comment");

            migrationBuilder.DropTable(
                name: "ended_access",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "event",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "followed_lead");

            migrationBuilder.DropTable(
                name: "history_entry");

            migrationBuilder.DropTable(
                name: "idempotency",
                schema: "api");

            migrationBuilder.DropTable(
                name: "inbox",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "job_part",
                schema: "jobs");

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
                name: "rate",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "submission");

            migrationBuilder.DropTable(
                name: "tenancy");

            migrationBuilder.DropTable(
                name: "unit",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "withheld",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "job",
                schema: "jobs");

            migrationBuilder.DropTable(
                name: "project");

            migrationBuilder.DropSequence(
                name: "code_p");
        }
    }
}
