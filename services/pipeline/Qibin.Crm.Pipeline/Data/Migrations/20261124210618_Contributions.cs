using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Qibin.Crm.Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Contributions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "band",
                table: "journey",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "month",
                table: "journey",
                type: "integer",
                nullable: false,
                computedColumnSql: "(extract(year from first_contact_on) * 100 + extract(month from first_contact_on))::int",
                stored: true);

            migrationBuilder.CreateTable(
                name: "cell",
                columns: table => new
                {
                    gen = table.Column<int>(type: "integer", nullable: false),
                    key = table.Column<Guid>(type: "uuid", nullable: false),
                    set = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    month = table.Column<int>(type: "integer", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    estimated = table.Column<decimal>(type: "numeric", nullable: false),
                    contract = table.Column<decimal>(type: "numeric", nullable: false),
                    paid_in = table.Column<decimal>(type: "numeric", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_cell", x => new { x.gen, x.key });
                });

            migrationBuilder.CreateTable(
                name: "delta",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    gen = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    month = table.Column<int>(type: "integer", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    estimated = table.Column<decimal>(type: "numeric", nullable: false),
                    contract = table.Column<decimal>(type: "numeric", nullable: false),
                    paid_in = table.Column<decimal>(type: "numeric", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_delta", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "generation",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    live = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_generation", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "holder",
                columns: table => new
                {
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    confidential = table.Column<bool>(type: "boolean", nullable: false),
                    readers = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    shared_with = table.Column<Guid[]>(type: "uuid[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_holder", x => x.lead_id);
                });

            migrationBuilder.CreateTable(
                name: "stretch",
                columns: table => new
                {
                    gen = table.Column<int>(type: "integer", nullable: false),
                    lead_id = table.Column<Guid>(type: "uuid", nullable: false),
                    known_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    day_from = table.Column<DateOnly>(type: "date", nullable: false),
                    known_to = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    day_to = table.Column<DateOnly>(type: "date", nullable: true),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    stage_on = table.Column<DateOnly>(type: "date", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chain_code = table.Column<string>(type: "text", nullable: true),
                    node_code = table.Column<string>(type: "text", nullable: true),
                    source_region = table.Column<string>(type: "text", nullable: true),
                    band = table.Column<int>(type: "integer", nullable: false),
                    month = table.Column<int>(type: "integer", nullable: false),
                    first_contact_on = table.Column<DateOnly>(type: "date", nullable: false),
                    settled_on = table.Column<DateOnly>(type: "date", nullable: true),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    amounts = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stretch", x => new { x.gen, x.lead_id, x.known_from, x.day_from });
                });

            migrationBuilder.InsertData(
                table: "generation",
                columns: new[] { "id", "live" },
                values: new object[] { 1, true });

            migrationBuilder.CreateIndex(
                name: "ix_journey_readers",
                table: "journey",
                column: "readers",
                filter: "confidential")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_cell_gen_set_chain_code",
                table: "cell",
                columns: new[] { "gen", "set", "chain_code" });

            migrationBuilder.CreateIndex(
                name: "ix_cell_gen_set_unit_id",
                table: "cell",
                columns: new[] { "gen", "set", "unit_id" });

            migrationBuilder.CreateIndex(
                name: "ix_generation_live",
                table: "generation",
                column: "live",
                unique: true,
                filter: "live");

            migrationBuilder.CreateIndex(
                name: "ix_holder_chain_code",
                table: "holder",
                column: "chain_code");

            migrationBuilder.CreateIndex(
                name: "ix_holder_owner_id",
                table: "holder",
                column: "owner_id");

            migrationBuilder.CreateIndex(
                name: "ix_holder_shared_with",
                table: "holder",
                column: "shared_with")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_holder_unit_id",
                table: "holder",
                column: "unit_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "cell");

            migrationBuilder.DropTable(
                name: "delta");

            migrationBuilder.DropTable(
                name: "generation");

            migrationBuilder.DropTable(
                name: "holder");

            migrationBuilder.DropTable(
                name: "stretch");

            migrationBuilder.DropIndex(
                name: "ix_journey_readers",
                table: "journey");

            migrationBuilder.DropColumn(
                name: "month",
                table: "journey");

            migrationBuilder.DropColumn(
                name: "band",
                table: "journey");
        }
    }
}
