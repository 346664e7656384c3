/** CSV as RFC 4180 has it, for people who open it in a spreadsheet: no value of it is ever taken for a formula. */

type CsvValue = string | number | boolean | null;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CsvValue[])[];
}

export function csv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** What a spreadsheet would calculate begins with one of these, also the wide ones, blanks before it or not. */
const formula = /^(?:\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r])/u;
/** The same where one that divides by something else than commas, as many do by their language, begins a cell. */
const formulaWithin = /([;\t\r\n][^\S\t\r\n]*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/gu;

function cell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // An apostrophe makes a text of it, as OWASP advises.
  const text = (formula.test(value) ? `'${value}` : value).replaceAll(formulaWithin, "$1'");
  return /[",;\t\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
