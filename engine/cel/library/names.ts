/** Kubernetes' format library: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-format-library */
import { decodeBase64 } from '../../base64.ts';
import type { FunctionDeclaration } from '../function.ts';
import { list, opaque, optional, string } from '../type.ts';
import { none, Opaque, some } from '../value.ts';
import { func, method, textCost } from './declare.ts';
import { readUrl } from './url.ts';

const formatType = opaque('kubernetes.NamedFormat');

/** What is wrong with a text, in sentences; none where it is of the format. */
type Judge = (text: string) => readonly string[];

class NamedFormat extends Opaque {
  override readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  readonly judge: Judge;
  constructor(name: string, judge: Judge) {
    super();
    this.name = name;
    this.judge = judge;
  }
  override equals(other: Opaque): boolean {
    return other instanceof NamedFormat && other.name === this.name;
  }
  override toString(): string {
    return this.name;
  }
}

const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const label1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const nameOrValue = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const judges: Readonly<Record<string, Judge>> = {
  dns1123Label: bounded(
    63,
    isLabel(label),
    'a lower-case RFC 1123 label: letters, digits and -, beginning and ending with a letter or digit',
  ),
  dns1123Subdomain: bounded(253, isSubdomain, 'a lower-case RFC 1123 subdomain: labels separated by dots'),
  dns1035Label: bounded(
    63,
    isLabel(label1035),
    'an RFC 1035 label: lower-case letters, digits and -, beginning with a letter',
  ),
  qualifiedName: judgeQualifiedName,
  dns1123LabelPrefix: bounded(
    63,
    (text) => isLabel(label)(maskTrailingDash(text)),
    'the beginning of an RFC 1123 label',
  ),
  dns1123SubdomainPrefix: bounded(
    253,
    (text) => isSubdomain(maskTrailingDash(text)),
    'the beginning of an RFC 1123 subdomain',
  ),
  dns1035LabelPrefix: bounded(
    63,
    (text) => isLabel(label1035)(maskTrailingDash(text)),
    'the beginning of an RFC 1035 label',
  ),
  labelValue: bounded(
    63,
    (text) => text === '' || isLabel(nameOrValue)(text),
    'a label value: letters, digits, -, _ and .',
  ),
  uri: bounded(Infinity, (text) => readUrl(text) !== null, 'an absolute URI or path'),
  uuid: bounded(
    Infinity,
    (text) => /^(?:urn:uuid:)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
    'a UUID',
  ),
  byte: bounded(Infinity, (text) => text.length % 4 === 0 && decodeBase64(text) !== null, 'base64'),
  date: bounded(Infinity, isDate, 'a date: 2006-01-02'),
  datetime: bounded(Infinity, isDateTime, 'a date and time of RFC 3339: 2006-01-02T15:04:05Z'),
};

export const names: readonly FunctionDeclaration[] = [
  ...Object.entries(judges).map(([name, judge]) =>
    func(`format.${name}`, { parameters: [], result: formatType, call: () => new NamedFormat(name, judge) }),
  ),
  func('format.named', {
    parameters: [string],
    result: optional(formatType),
    call: (name: string) => (Object.hasOwn(judges, name) ? some(new NamedFormat(name, judges[name]!)) : none),
  }),
  method('validate', {
    parameters: [formatType, string],
    result: optional(list(string)),
    cost: (_: NamedFormat, text: string) => textCost(text),
    call: (format: NamedFormat, text: string) => {
      const faults = format.judge(text);
      return faults.length === 0 ? none : some(faults);
    },
  }),
];

function bounded(longest: number, fits: (text: string) => boolean, description: string): Judge {
  return (text) => [
    ...(text.length > longest ? [`must be no more than ${longest} characters`] : []),
    ...(fits(text) ? [] : [`must be ${description}`]),
  ];
}

function isLabel(pattern: RegExp): (text: string) => boolean {
  return (text) => text.length <= 10_000 && !text.includes('\n') && pattern.test(text);
}

function isSubdomain(text: string): boolean {
  return text.split('.').every(isLabel(label));
}

function maskTrailingDash(text: string): string {
  return text.length > 1 && text.endsWith('-') ? `${text.slice(0, -1)}a` : text;
}

/** `[prefix/]name`: the prefix is a subdomain. */
function judgeQualifiedName(text: string): readonly string[] {
  const slash = text.indexOf('/');
  const prefix = slash < 0 ? null : text.slice(0, slash);
  const judgeName = bounded(63, isLabel(nameOrValue), 'a name part of letters, digits, -, _ and .');
  return [...(prefix === null ? [] : judges.dns1123Subdomain!(prefix)), ...judgeName(text.slice(slash + 1))];
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!
  );
}

function isDateTime(text: string): boolean {
  const match =
    /^(\d{4}-\d\d-\d\d)[Tt ]([01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(
      text,
    );
  return match !== null && isDate(match[1]!);
}
