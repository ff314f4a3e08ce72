/** Rows as a file for spreadsheets. */

/**
 * A file of comma-separated values, with the mark by which spreadsheets know that it is UTF-8.
 * @param {(string | number | null)[][]} rows the first holds the names of the columns
 */
export function csv(rows) {
  return "\ufeff" + rows.map((row) => row.map(cell).join(",") + "\n").join("");
}

/**
 * A spreadsheet runs a cell that begins like a formula; the apostrophe makes it text (OWASP, CSV injection).
 * @param {string | number | null} value
 */
function cell(value) {
  if (typeof value === "number") return String(value);
  let text = (value ?? "").replace(/\r/g, " ");
  if (/^[=+\-@\t]/.test(text) && !/^[-+]?\d+(\.\d+)?$/.test(text)) text = `'${text}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
