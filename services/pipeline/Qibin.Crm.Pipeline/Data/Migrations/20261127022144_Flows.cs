using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Qibin.Crm.Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Flows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "jobs");

            migrationBuilder.CreateTable(
                name: "flow",
                columns: table => new
                {
                    gen = table.Column<int>(type: "integer", nullable: false),
                    key = table.Column<Guid>(type: "uuid", nullable: false),
                    set = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    then_chain = table.Column<string>(type: "text", nullable: true),
                    then_unit = table.Column<Guid>(type: "uuid", nullable: false),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    estimated = table.Column<decimal>(type: "numeric", nullable: false),
                    contract = table.Column<decimal>(type: "numeric", nullable: false),
                    paid_in = table.Column<decimal>(type: "numeric", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false, defaultValue: new Guid("00000000-0000-0000-0000-000000000000")),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_flow", x => new { x.gen, x.key });
                });

            migrationBuilder.CreateTable(
                name: "flow_delta",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    gen = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    then_chain = table.Column<string>(type: "text", nullable: true),
                    then_unit = table.Column<Guid>(type: "uuid", nullable: false),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    estimated = table.Column<decimal>(type: "numeric", nullable: false),
                    contract = table.Column<decimal>(type: "numeric", nullable: false),
                    paid_in = table.Column<decimal>(type: "numeric", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_flow_delta", x => x.id);
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
                name: "job_part",
                schema: "jobs",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false)
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

            migrationBuilder.CreateIndex(
                name: "ix_flow_gen_set_chain_code",
                table: "flow",
                columns: new[] { "gen", "set", "chain_code" });

            migrationBuilder.CreateIndex(
                name: "ix_flow_gen_set_unit_id",
                table: "flow",
                columns: new[] { "gen", "set", "unit_id" });

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

            // Contributions are made again from the facts, flows with them: see FirstStretches.
            migrationBuilder.Sql("delete from holder; delete from stretch; delete from cell; delete from delta");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "flow");

            migrationBuilder.DropTable(
                name: "flow_delta");

            migrationBuilder.DropTable(
                name: "job_part",
                schema: "jobs");

            migrationBuilder.DropTable(
                name: "job",
                schema: "jobs");
        }
    }
}
