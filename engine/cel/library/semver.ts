/** Kubernetes' semantic versions (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-semver-library), Semantic Versioning 2.0.0. */
import type { FunctionDeclaration, Overload } from '../function.ts';
import { bool, int as intType, opaque, string } from '../type.ts';
import { CelError, celError, int, Opaque, type Result } from '../value.ts';
import { func, method } from './declare.ts';

const semverType = opaque('semver');

class Semver extends Opaque {
  override readonly typeName = 'semver';
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly prerelease: readonly string[];
  readonly text: string;
  constructor(numbers: readonly [bigint, bigint, bigint], prerelease: readonly string[], text: string) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
    this.text = text;
  }
  /** Build metadata does not count. */
  override equals(other: Opaque): boolean {
    return other instanceof Semver && compareSemver(this, other) === 0;
  }
  override toString(): string {
    return this.text;
  }
}

/** Reads a version strictly by the standard; null for anything else. */
export function readSemver(text: string): Semver | null {
  if (text.length > 256) return null;
  const match = strict.exec(text);
  if (match === null) return null;
  const [, major, minor, patch, prerelease] = match;
  const numbers = [BigInt(major!), BigInt(minor!), BigInt(patch!)] as const;
  return numbers.some((number) => number > 18446744073709551615n)
    ? null
    : new Semver(numbers, prerelease?.split('.') ?? [], text);
}

const strict =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

export const semvers: readonly FunctionDeclaration[] = [
  func(
    'semver',
    { parameters: [string], result: semverType, call: parse },
    { parameters: [string, bool], result: semverType, call: parse },
  ),
  func(
    'isSemver',
    { parameters: [string], result: bool, call: (text: string) => readSemver(text) !== null },
    { parameters: [string, bool], result: bool, call: (text: string, loose: boolean) => read(text, loose) !== null },
  ),
  method('major', part(0)),
  method('minor', part(1)),
  method('patch', part(2)),
  method(
    'compareTo',
    comparison(intType, (order) => order),
  ),
  method(
    'isGreaterThan',
    comparison(bool, (order) => order > 0),
  ),
  method(
    'isLessThan',
    comparison(bool, (order) => order < 0),
  ),
];

function parse(text: string, loose?: boolean): Result {
  return read(text, loose ?? false) ?? celError('the text is not a semantic version');
}

function read(text: string, loose: boolean): Semver | null {
  return readSemver(loose ? normalize(text) : text);
}

/** Drops a leading `v` and leading zeros, and adds a minor and patch of 0 to what has neither prerelease nor build. */
function normalize(text: string): string {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+].*)?$/.exec(text.trim());
  if (match === null) return text;
  const [, major = '0', minor, patch, rest = ''] = match;
  if (rest !== '' && patch === undefined) return text;
  return `${[major, minor ?? '0', patch ?? '0'].map((number) => number.replace(/^0+(?=\d)/, '')).join('.')}${rest}`;
}

function part(index: 0 | 1 | 2): Overload {
  return {
    parameters: [semverType],
    result: intType,
    call: (version: Semver): Result => {
      const value = int(version.numbers[index]);
      return value instanceof CelError ? celError('the part of the version is larger than an int') : value;
    },
  };
}

function comparison(result: typeof bool, answer: (order: number) => number | boolean): Overload {
  return {
    parameters: [semverType, semverType],
    result,
    call: (a: Semver, b: Semver) => answer(compareSemver(a, b)),
  };
}

/** Precedence of Semantic Versioning 2.0.0, section 11. */
export function compareSemver(a: Semver, b: Semver): number {
  for (const index of [0, 1, 2] as const) {
    if (a.numbers[index] !== b.numbers[index]) return a.numbers[index] < b.numbers[index] ? -1 : 1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Math.sign(b.prerelease.length - a.prerelease.length);
  }
  for (const [index, left] of a.prerelease.entries()) {
    const right = b.prerelease[index];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return a.prerelease.length < b.prerelease.length ? -1 : 0;
}

function compareIdentifiers(left: string, right: string): number {
  const [leftNumeric, rightNumeric] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (leftNumeric !== rightNumeric) return leftNumeric ? -1 : 1;
  if (leftNumeric && left.length !== right.length) return left.length < right.length ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
