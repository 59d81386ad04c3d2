using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qibin.Crm.Leads.Data.Migrations
{
    /// <inheritdoc />
    public partial class DistrictCalendar : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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

            migrationBuilder.CreateIndex(
                name: "ux_calendar_year",
                table: "calendar_year",
                column: "year",
                unique: true);

            foreach (var year in CalendarTables.Seed)
            {
                migrationBuilder.Sql(year);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "calendar_year");
        }
    }
}
