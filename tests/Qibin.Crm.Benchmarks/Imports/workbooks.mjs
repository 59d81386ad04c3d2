// Makes workbooks by three writers, exceljs, SheetJS and LibreOffice, with what a person sees in each cell beside them.
// node workbooks.mjs DIRECTORY [COUNT]: COUNT of each writer, 170 unless given. Needs the packages exceljs and xlsx, and LibreOffice.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import ExcelJS from "exceljs";
import XLSX from "xlsx";

const [directory, count = "170"] = process.argv.slice(2);
let seed = 20261129;
const random = n => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
const pick = of => of[random(of.length)];
const day = 86400000, epoch = Date.UTC(1899, 11, 30);
const texts = ["客商名称", "北京云瀚（演示）", " 前后空格 ", "第一行\n第二行", "<&>\"'", "𠮷野家🚀", "=1+1", "'00123", "a\tb", "1.20", "#标签"];
const formats = [["0\"万元\"", v => v + "万元"], ["#,##0.00", v => v], ["0.00%", null], ["#,##0.00\"元\"", v => v + "元"], ["0\"人\"", v => v]];
const plain = v => Number(v.toPrecision(15)).toLocaleString("en-US", { useGrouping: false, maximumSignificantDigits: 15 });

// A cell: what is written, and what is seen.
function cell() {
  const kind = random(10);
  if (kind < 3) { const text = pick(texts) + (random(2) ? random(1000) : ""); return { text, seen: text }; }
  if (kind === 3) { const number = random(2) ? random(2 ** 31) : -random(100000); return { number, seen: plain(number) }; }
  if (kind === 4) { const number = pick([0.1 + 0.2, 387.48, 8.2, 1.1 * 3, 774.8 * 0.6, 1e-7, 1.2e8, 13912345678, 123456789012345]); return { number, seen: plain(number) }; }
  if (kind === 5) { const serial = 36526 + random(36000); return { serial, format: pick(["yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"", "m/d/yy", "[$-804]yyyy/m/d"]), seen: iso(serial) }; }
  if (kind === 6) { const seconds = random(86400), serial = 36526 + random(36000) + seconds / 86400; return { serial, format: "yyyy-mm-dd hh:mm:ss", seen: iso(serial) }; }
  if (kind === 7) { const flag = random(2) === 1; return { flag, seen: flag ? "TRUE" : "FALSE" }; }
  if (kind === 8) { const [format, of] = pick(formats), number = random(1000000) / 100; return { number, format, seen: of ? of(plain(number)) : plain(number * 100) + "%" }; }
  return { seen: null };
}

function iso(serial) {
  const at = new Date(Math.round((epoch + serial * day) / 1000) * 1000).toISOString();
  return at.endsWith("T00:00:00.000Z") ? at.slice(0, 10) : at.slice(0, 19);
}

const tables = Array.from({ length: Number(count) * 3 }, () => Array.from({ length: 12 }, () => [{ text: "行", seen: "行" }, ...Array.from({ length: 9 }, cell)]));
const seen = table => JSON.stringify(table.map(row => row.map(c => c.seen)));

async function byExcelJs(table, file, n) {
  const book = new ExcelJS.Workbook();
  book.properties.date1904 = n % 7 === 3;
  if (n % 5 === 0) book.addWorksheet("字典", { state: "hidden" }).addRow(["电话"]);
  const sheet = book.addWorksheet("表");
  table.forEach((row, r) => row.forEach((c, i) => {
    const at = sheet.getCell(r + 1, i + 1);
    at.value = c.text ?? c.flag ?? (c.serial !== undefined ? new Date(Math.round(epoch + c.serial * day)) : c.number !== undefined
      ? random(4) === 0 ? { formula: `${c.number}`, result: c.number } : c.number : null);
    if (c.format) at.numFmt = c.format;
  }));
  await book.xlsx.writeFile(file);
}

function bySheetJs(table, file, n) {
  const sheet = {}, shift = n % 7 === 3 ? 1462 : 0;
  table.forEach((row, r) => row.forEach((c, i) => {
    const value = c.text !== undefined ? { t: "s", v: c.text } : c.flag !== undefined ? { t: "b", v: c.flag }
      : c.serial !== undefined ? { t: "n", v: c.serial - shift, z: c.format } : c.number !== undefined ? { t: "n", v: c.number, z: c.format } : null;
    if (value) sheet[XLSX.utils.encode_cell({ r, c: i })] = value;
  }));
  sheet["!ref"] = XLSX.utils.encode_range({ s: { r: 0, c: 0 }, e: { r: table.length - 1, c: 9 } });
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, sheet, "表");
  if (shift) book.Workbook = { WBProps: { date1904: true } };
  XLSX.writeFile(book, file, { bookSST: n % 2 === 0, compression: true });
}

for (const writer of ["exceljs", "sheetjs", "before", "libreoffice"]) mkdirSync(`${directory}/${writer}`, { recursive: true });
for (let n = 0; n < Number(count); n++) {
  const name = String(n).padStart(4, "0");
  for (const [i, writer] of ["exceljs", "sheetjs", "libreoffice"].entries()) writeFileSync(`${directory}/${writer}/${name}.json`, seen(tables[n * 3 + i]));
  await byExcelJs(tables[n * 3], `${directory}/exceljs/${name}.xlsx`, n);
  bySheetJs(tables[n * 3 + 1], `${directory}/sheetjs/${name}.xlsx`, n);
  await byExcelJs(tables[n * 3 + 2], `${directory}/before/${name}.xlsx`, n);
}
execFileSync("soffice", ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", `${directory}/libreoffice`,
  ...Array.from({ length: Number(count) }, (_, n) => `${directory}/before/${String(n).padStart(4, "0")}.xlsx`)], { stdio: "ignore" });
