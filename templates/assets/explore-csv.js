/** Rows as a file for spreadsheets. */

/**
 * A file of comma-separated values, with the mark by which spreadsheets know that it is UTF-8.
 * @param {(string | number | null)[][]} rows the first holds the names of the columns
 */
export function csv(rows) {
  return "\ufeff" + rows.map((row) => row.map(cell).join(",") + "\n").join("");
}

/**
 * A spreadsheet runs a cell that begins like a formula; the apostrophe makes it text (OWASP, CSV injection). Where the comma
 * is the decimal sign it divides rows at semicolons, whatever is in quotes: what follows one gets a space in front.
 * @param {string | number | null} value
 */
function cell(value) {
  if (typeof value === "number") return String(value);
  let text = value ?? "";
  if (/^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[-+]?\d+(\.\d+)?$/.test(text)) text = `'${text}`;
  text = text.replaceAll("\r", " ").replace(/([;\t\n])([=+\-@＝＋－＠])/g, "$1 $2");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
