using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
{
    /// <inheritdoc />
    public partial class InvestorNames : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_investor_name_pairs",
                table: "investor");

            migrationBuilder.DropColumn(
                name: "name_pairs",
                table: "investor");

            migrationBuilder.AddColumn<string>(
                name: "email_domain",
                table: "person",
                type: "character varying(254)",
                maxLength: 254,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "phone_key",
                table: "person",
                type: "character varying(24)",
                maxLength: 24,
                nullable: true);

            // As ComparedContacts does; names follow in FillNames, whose tables SQL does not have.
            migrationBuilder.Sql(
                """
                update person set
                    phone_key = nullif(ltrim(regexp_replace(regexp_replace(phone, '[^0-9]', '', 'g'), '^(0086|86(?=[0-9]{10}))', ''), '0'), ''),
                    email_domain = lower(regexp_replace(email, '^.*@', ''))
                """);

            migrationBuilder.AddColumn<string>(
                name: "compared_name",
                table: "investor",
                type: "character varying(400)",
                maxLength: 400,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<Guid>(
                name: "merged_into_id",
                table: "investor",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "search_tokens",
                table: "investor",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

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

            migrationBuilder.CreateIndex(
                name: "ix_person_email_domain_id",
                table: "person",
                columns: new[] { "email_domain", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_person_phone_key_id",
                table: "person",
                columns: new[] { "phone_key", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_investor_compared_name",
                table: "investor",
                column: "compared_name");

            migrationBuilder.CreateIndex(
                name: "ix_investor_merged_into_id",
                table: "investor",
                column: "merged_into_id");

            migrationBuilder.CreateIndex(
                name: "ix_investor_search_tokens",
                table: "investor",
                column: "search_tokens")
                .Annotation("Npgsql:IndexMethod", "gin");

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

            migrationBuilder.AddForeignKey(
                name: "fk_investor_investor_merged_into_id",
                table: "investor",
                column: "merged_into_id",
                principalTable: "investor",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_investor_investor_merged_into_id",
                table: "investor");

            migrationBuilder.DropTable(
                name: "investor_merge");

            migrationBuilder.DropIndex(
                name: "ix_person_email_domain_id",
                table: "person");

            migrationBuilder.DropIndex(
                name: "ix_person_phone_key_id",
                table: "person");

            migrationBuilder.DropIndex(
                name: "ix_investor_compared_name",
                table: "investor");

            migrationBuilder.DropIndex(
                name: "ix_investor_merged_into_id",
                table: "investor");

            migrationBuilder.DropIndex(
                name: "ix_investor_search_tokens",
                table: "investor");

            migrationBuilder.DropColumn(
                name: "email_domain",
                table: "person");

            migrationBuilder.DropColumn(
                name: "phone_key",
                table: "person");

            migrationBuilder.DropColumn(
                name: "compared_name",
                table: "investor");

            migrationBuilder.DropColumn(
                name: "merged_into_id",
                table: "investor");

            migrationBuilder.DropColumn(
                name: "search_tokens",
                table: "investor");

            migrationBuilder.AddColumn<string[]>(
                name: "name_pairs",
                table: "investor",
                type: "text[]",
                nullable: false,
                defaultValue: new string[0]);

            migrationBuilder.CreateIndex(
                name: "ix_investor_name_pairs",
                table: "investor",
                column: "name_pairs")
                .Annotation("Npgsql:IndexMethod", "gin");
        }
    }
}
