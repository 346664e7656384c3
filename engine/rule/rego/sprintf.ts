/** Rego's `sprintf`, which is Go's, for the verbs that messages use. */
import { formatNotation, type Notation, readNotation } from './notation.ts';
import { Refusal } from './refusal.ts';

const directive = /%([-0]*)(\d{1,3})?(?:\.(\d{1,3}))?([A-Za-z%])/y;

/**
 * Fills a format. `values` is a list as Rego writes it, `["a",1,{"b"}]`. What Go writes of a value that a verb cannot show is
 * written too; a verb that is not known here throws a `Refusal`.
 */
export function sprintf(format: string, values: string): string {
  const given = givenBy(values);
  let [text, used, at] = ['', 0, 0];
  for (let percent = format.indexOf('%'); percent >= 0; percent = format.indexOf('%', at)) {
    text += format.slice(at, percent);
    directive.lastIndex = percent;
    const match = directive.exec(format);
    if (match === null) throw new Refusal('sprintf: a verb of this format is not supported');
    at = directive.lastIndex;
    const [, flags = '', width, precision, verb = ''] = match;
    if (verb === '%') text += '%';
    else if (used === given.length) text += `%!${verb}(MISSING)`;
    else {
      const shown = shownBy(verb, given[used++]!, precision === undefined ? null : Number(precision));
      text += padded(shown, Number(width ?? 0), flags);
    }
  }
  text += format.slice(at);
  const extra = given.slice(used);
  return extra.length === 0
    ? text
    : `${text}%!(EXTRA ${extra.map((one) => `${typeOf(one)}=${plain(one)}`).join(', ')})`;
}

/** What OPA hands to Go: texts and numbers as they are, everything else as Rego writes it. */
type Given =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'integer'; readonly digits: string }
  | { readonly kind: 'float'; readonly value: number };

function givenBy(values: string): readonly Given[] {
  const list = readNotation(values);
  if (list.kind !== 'list') throw new Refusal('sprintf: its values are no list');
  return list.items.map(givenOf);
}

function givenOf(value: Notation): Given {
  if (value.kind === 'text') return { kind: 'text', text: JSON.parse(value.text) as string };
  if (value.kind !== 'number') return { kind: 'text', text: formatNotation(value) };
  if (/^-?\d+$/.test(value.text)) return { kind: 'integer', digits: value.text };
  return { kind: 'float', value: Number(value.text) };
}

function shownBy(verb: string, given: Given, precision: number | null): string {
  switch (verb) {
    case 'v':
      return given.kind === 'text' ? cut(given.text, precision) : plain(given);
    case 's':
      return given.kind === 'text' ? cut(given.text, precision) : unfit(verb, given);
    case 'd':
      return given.kind === 'integer' ? given.digits : unfit(verb, given);
    case 'f':
      return given.kind === 'float' ? rounded(given.value, precision ?? 6) : unfit(verb, given);
    case 't':
      return unfit(verb, given);
    case 'q':
      if (given.kind === 'text' && !unquotable.test(given.text)) return JSON.stringify(given.text);
  }
  throw new Refusal(`sprintf: %${verb} of such a value is not supported`);
}

/** Halves go to the even digit. */
function rounded(value: number, digits: number): string {
  if (digits > 20) throw new Refusal('sprintf: more than 20 digits are not supported');
  const exact = value.toFixed(100);
  const end = exact.indexOf('.') + 1 + digits;
  const isHalf = /^50*$/.test(exact.slice(end));
  const cut = digits === 0 ? exact.slice(0, end - 1) : exact.slice(0, end);
  return isHalf && Number(cut.at(-1)) % 2 === 0 ? cut : value.toFixed(digits);
}

/** What Go and JSON quote in different ways. */
const unquotable = /[^\t\n\r\x20-\x7e\xa1-\xac\xae-\u036f]/;

function cut(text: string, precision: number | null): string {
  return precision === null ? text : Array.from(text).slice(0, precision).join('');
}

function unfit(verb: string, given: Given): string {
  return `%!${verb}(${typeOf(given)}=${plain(given)})`;
}

function typeOf({ kind }: Given): string {
  return { text: 'string', integer: 'int64', float: 'float64' }[kind];
}

function plain(given: Given): string {
  if (given.kind === 'text') return given.text;
  return given.kind === 'integer' ? given.digits : shortest(given.value);
}

/** A float in the fewest digits, with an exponent where Go writes one. */
function shortest(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function padded(text: string, width: number, flags: string): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0')) return ' '.repeat(missing) + text;
  const sign = /^-(?=\d)/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}
