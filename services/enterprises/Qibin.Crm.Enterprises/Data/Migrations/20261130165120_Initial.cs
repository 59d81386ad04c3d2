using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Qibin.Crm.Enterprises.Data.Migrations
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
                name: "code_b",
                incrementBy: 20);

            migrationBuilder.CreateSequence(
                name: "code_e",
                incrementBy: 20);

            migrationBuilder.CreateSequence(
                name: "code_ea",
                incrementBy: 20);

            migrationBuilder.CreateSequence(
                name: "code_pk",
                incrementBy: 20);

            migrationBuilder.CreateSequence(
                name: "code_s",
                incrementBy: 20);

            migrationBuilder.CreateSequence(
                name: "code_t",
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
                name: "enterprise",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    search_key = table.Column<string>(type: "text", nullable: false),
                    search_tokens = table.Column<string[]>(type: "text[]", nullable: false),
                    uscc = table.Column<string>(type: "character(18)", fixedLength: true, maxLength: 18, nullable: true),
                    foreign_registration = table.Column<string>(type: "character varying(43)", maxLength: 43, nullable: true),
                    registration_key = table.Column<string>(type: "character varying(43)", maxLength: 43, nullable: true),
                    chain_code = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    node_code = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: true),
                    address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    industry_code = table.Column<string>(type: "character varying(5)", maxLength: 5, nullable: true),
                    registered_on = table.Column<DateOnly>(type: "date", nullable: false),
                    in_city = table.Column<bool>(type: "boolean", nullable: false),
                    by_hand = table.Column<bool>(type: "boolean", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_enterprise", x => x.id);
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
                name: "park",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    at_latitude = table.Column<decimal>(type: "numeric(8,6)", precision: 8, scale: 6, nullable: true),
                    at_longitude = table.Column<decimal>(type: "numeric(9,6)", precision: 9, scale: 6, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_park", x => x.id);
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
                        name: "fk_comment_enterprise_subject_id",
                        column: x => x.subject_id,
                        principalTable: "enterprise",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "enterprise_project",
                columns: table => new
                {
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    registered_on = table.Column<DateOnly>(type: "date", nullable: false),
                    registered_version = table.Column<long>(type: "bigint", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_enterprise_project", x => x.project_id);
                    table.ForeignKey(
                        name: "fk_enterprise_project_enterprise_enterprise_id",
                        column: x => x.enterprise_id,
                        principalTable: "enterprise",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "entry_application",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    space_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    wanted_from = table.Column<DateOnly>(type: "date", nullable: false),
                    wanted_to = table.Column<DateOnly>(type: "date", nullable: true),
                    preferential_terms = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    note = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    state = table.Column<int>(type: "integer", nullable: false),
                    state_on = table.Column<DateOnly>(type: "date", nullable: false),
                    last_on = table.Column<DateOnly>(type: "date", nullable: false),
                    round = table.Column<int>(type: "integer", nullable: false),
                    agreement_number = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    tenancy_id = table.Column<Guid>(type: "uuid", nullable: true),
                    drafted_by = table.Column<Guid>(type: "uuid", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fair_competition_conclusion = table.Column<int>(type: "integer", nullable: true),
                    fair_competition_document_number = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    fair_competition_officer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    fair_competition_on = table.Column<DateOnly>(type: "date", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_entry_application", x => x.id);
                    table.ForeignKey(
                        name: "fk_entry_application_enterprise_enterprise_id",
                        column: x => x.enterprise_id,
                        principalTable: "enterprise",
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
                name: "building",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    park_id = table.Column<Guid>(type: "uuid", nullable: false),
                    floors = table.Column<int>(type: "integer", nullable: false),
                    basements = table.Column<int>(type: "integer", nullable: false),
                    at_latitude = table.Column<decimal>(type: "numeric(8,6)", precision: 8, scale: 6, nullable: true),
                    at_longitude = table.Column<decimal>(type: "numeric(9,6)", precision: 9, scale: 6, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_building", x => x.id);
                    table.ForeignKey(
                        name: "fk_building_park_park_id",
                        column: x => x.park_id,
                        principalTable: "park",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "entry_move",
                columns: table => new
                {
                    application_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    from = table.Column<int>(type: "integer", nullable: true),
                    to = table.Column<int>(type: "integer", nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: false),
                    officer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_by = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    opinion = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_entry_move", x => new { x.application_id, x.number });
                    table.ForeignKey(
                        name: "fk_entry_move_entry_application_application_id",
                        column: x => x.application_id,
                        principalTable: "entry_application",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "entry_review",
                columns: table => new
                {
                    application_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    round = table.Column<int>(type: "integer", nullable: false),
                    sheet_version = table.Column<int>(type: "integer", nullable: false),
                    points = table.Column<int[]>(type: "integer[]", nullable: false),
                    vetoes = table.Column<string[]>(type: "text[]", nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: false),
                    reviewer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_by = table.Column<Guid>(type: "uuid", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    opinion = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_entry_review", x => new { x.application_id, x.number });
                    table.ForeignKey(
                        name: "fk_entry_review_entry_application_application_id",
                        column: x => x.application_id,
                        principalTable: "entry_application",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "tenancy",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    enterprise_id = table.Column<Guid>(type: "uuid", nullable: false),
                    application_id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: true),
                    space_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    started_on = table.Column<DateOnly>(type: "date", nullable: false),
                    lease_until = table.Column<DateOnly>(type: "date", nullable: true),
                    ended_on = table.Column<DateOnly>(type: "date", nullable: true),
                    end_reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tenancy", x => x.id);
                    table.ForeignKey(
                        name: "fk_tenancy_enterprise_enterprise_id",
                        column: x => x.enterprise_id,
                        principalTable: "enterprise",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_tenancy_entry_application_application_id",
                        column: x => x.application_id,
                        principalTable: "entry_application",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "space",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    park_id = table.Column<Guid>(type: "uuid", nullable: false),
                    building_id = table.Column<Guid>(type: "uuid", nullable: false),
                    floor = table.Column<int>(type: "integer", nullable: false),
                    area = table.Column<decimal>(type: "numeric(12,2)", precision: 12, scale: 2, nullable: false),
                    height = table.Column<decimal>(type: "numeric(6,2)", precision: 6, scale: 2, nullable: true),
                    floor_load = table.Column<decimal>(type: "numeric(8,2)", precision: 8, scale: 2, nullable: true),
                    power = table.Column<decimal>(type: "numeric(10,2)", precision: 10, scale: 2, nullable: true),
                    ready_on = table.Column<DateOnly>(type: "date", nullable: false),
                    at_latitude = table.Column<decimal>(type: "numeric(8,6)", precision: 8, scale: 6, nullable: true),
                    at_longitude = table.Column<decimal>(type: "numeric(9,6)", precision: 9, scale: 6, nullable: true),
                    rent_amount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: true),
                    rent_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_space", x => x.id);
                    table.ForeignKey(
                        name: "fk_space_building_building_id",
                        column: x => x.building_id,
                        principalTable: "building",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "occupation",
                columns: table => new
                {
                    application_id = table.Column<Guid>(type: "uuid", nullable: false),
                    space_id = table.Column<Guid>(type: "uuid", nullable: false),
                    occupied_from = table.Column<DateOnly>(type: "date", nullable: false),
                    occupied_until = table.Column<DateOnly>(type: "date", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_occupation", x => new { x.application_id, x.space_id });
                    table.CheckConstraint("ck_occupation_term", "occupied_until is null or occupied_until > occupied_from");
                    table.ForeignKey(
                        name: "fk_occupation_entry_application_application_id",
                        column: x => x.application_id,
                        principalTable: "entry_application",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_occupation_space_space_id",
                        column: x => x.space_id,
                        principalTable: "space",
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
                name: "ix_building_code",
                table: "building",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_building_updated_at_id",
                table: "building",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ux_building_name",
                table: "building",
                columns: new[] { "park_id", "name" },
                unique: true);

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
                name: "ix_enterprise_code",
                table: "enterprise",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_enterprise_name_id",
                table: "enterprise",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_enterprise_registered_on_id",
                table: "enterprise",
                columns: new[] { "registered_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_enterprise_registration_key",
                table: "enterprise",
                column: "registration_key");

            migrationBuilder.CreateIndex(
                name: "ix_enterprise_search_tokens",
                table: "enterprise",
                column: "search_tokens")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_enterprise_updated_at_id",
                table: "enterprise",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ux_enterprise_uscc",
                table: "enterprise",
                column: "uscc",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_enterprise_project_enterprise_id",
                table: "enterprise_project",
                column: "enterprise_id");

            migrationBuilder.CreateIndex(
                name: "ix_entry_application_code",
                table: "entry_application",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_entry_application_enterprise_id",
                table: "entry_application",
                column: "enterprise_id");

            migrationBuilder.CreateIndex(
                name: "ix_entry_application_space_ids",
                table: "entry_application",
                column: "space_ids")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_entry_application_state_on_id",
                table: "entry_application",
                columns: new[] { "state_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_entry_application_updated_at_id",
                table: "entry_application",
                columns: new[] { "updated_at", "id" });

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
                name: "ix_occupation_space_id",
                table: "occupation",
                column: "space_id");

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
                name: "ix_park_code",
                table: "park",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_park_updated_at_id",
                table: "park",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ux_park_name",
                table: "park",
                column: "name",
                unique: true);

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
                name: "ix_space_area_id",
                table: "space",
                columns: new[] { "area", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_space_code",
                table: "space",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_space_park_id",
                table: "space",
                column: "park_id");

            migrationBuilder.CreateIndex(
                name: "ix_space_updated_at_id",
                table: "space",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ux_space_name",
                table: "space",
                columns: new[] { "building_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_tenancy_application_id",
                table: "tenancy",
                column: "application_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_tenancy_code",
                table: "tenancy",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_tenancy_enterprise_id",
                table: "tenancy",
                column: "enterprise_id");

            migrationBuilder.CreateIndex(
                name: "ix_tenancy_space_ids",
                table: "tenancy",
                column: "space_ids")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_tenancy_started_on_id",
                table: "tenancy",
                columns: new[] { "started_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_tenancy_updated_at_id",
                table: "tenancy",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.Sql(Occupations.Exclusion);
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
                name: "comment");

            migrationBuilder.DropTable(
                name: "ended_access",
                schema: "directory");

            migrationBuilder.DropTable(
                name: "enterprise_project");

            migrationBuilder.DropTable(
                name: "entry_move");

            migrationBuilder.DropTable(
                name: "entry_review");

            migrationBuilder.DropTable(
                name: "event",
                schema: "messaging");

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
                name: "occupation");

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
                name: "space");

            migrationBuilder.DropTable(
                name: "entry_application");

            migrationBuilder.DropTable(
                name: "building");

            migrationBuilder.DropTable(
                name: "enterprise");

            migrationBuilder.DropTable(
                name: "park");

            migrationBuilder.DropSequence(
                name: "code_b");

            migrationBuilder.DropSequence(
                name: "code_e");

            migrationBuilder.DropSequence(
                name: "code_ea");

            migrationBuilder.DropSequence(
                name: "code_pk");

            migrationBuilder.DropSequence(
                name: "code_s");

            migrationBuilder.DropSequence(
                name: "code_t");
        }
    }
}
