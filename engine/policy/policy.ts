/** What a policy says, read and checked but not yet compiled. See `schema.ts` for the file that it is read from. */
import type { CodeLanguage, Enforcement, Path, Severity, Span, Value } from '../model.ts';
import type { PolicyReads } from './reads.ts';

/** One policy. The id is its path below the policy folder without the ending: `kubernetes/privileged`. */
export interface Policy {
  readonly id: string;
  /** The file it was read from, as the caller named it: for problems. */
  readonly file: string;
  /** The text of that file. */
  readonly source: string;
  readonly title: string;
  readonly severity: Severity;
  /** What the author chose, or what the severity implies. A configuration may say otherwise. */
  readonly enforcement: Enforcement;
  readonly why: string;
  readonly remedy: string;
  readonly owners: readonly string[];
  /** Dates are `YYYY-MM-DD`. */
  readonly adopted: string | null;
  readonly review: string | null;
  readonly controls: readonly string[];
  readonly equivalents: readonly string[];
  readonly references: readonly string[];
  /** The resource kinds that `self` is; at least one. */
  readonly resources: readonly string[];
  readonly where: Expression | null;
  readonly each: readonly Path[];
  readonly rule: Rule;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Paths within `self` (or the item); the first that exists is marked. Empty: the evaluation's blame decides. */
  readonly mark: readonly Path[];
  /** Paths like those of `mark`, or metavariables: what stands there is a secret. */
  readonly masks: readonly Path[];
  readonly message: Expression;
  readonly fix: FixRule | null;
  /**
   * For a policy that was compiled before, and had no problem. Its parts are compiled when they are first needed. Absent
   * where nobody has looked yet; whoever changes a policy takes this away.
   */
  readonly vetted?: Vetted;
}

/** What is known of a policy by whoever has compiled it. */
interface Vetted {
  /** See `digestOfPolicy`. */
  readonly digest: string;
  /** What it reads, by resource kind. */
  readonly reads: Readonly<Record<string, PolicyReads>>;
}

/** A text that is compiled later, and where it stands in the policy's file. */
export interface Expression {
  readonly text: string;
  /** The value in the policy's file, quotes included. */
  readonly span: Span;
}

/**
 * The forms of a rule: CEL that must be true, ast-grep patterns that must not match, a credential that must not be there, a
 * rule of Rego that must have nothing to say.
 */
export type Rule =
  | { readonly kind: 'require'; readonly require: Expression }
  | {
      readonly kind: 'pattern';
      readonly patterns: readonly PatternRule[];
      readonly span: Span;
      /** Where each of the patterns stands. */
      readonly spans: readonly Span[];
    }
  | {
      readonly kind: 'secret';
      readonly secret: SecretRule;
      /** Where its `regex` stands. */
      readonly span: Span;
      /** `before` and `allow`, and where they stand. */
      readonly others: readonly Expression[];
    }
  | {
      readonly kind: 'rego';
      /** Files of Rego that the bundle is compiled from, relative to the policy's; none where it comes from elsewhere. */
      readonly source: readonly string[];
      /** The rule that is asked: `main/deny`. */
      readonly entrypoint: Expression;
      /** What `opa build -t wasm` wrote, in base64. */
      readonly bundle: Expression;
    };

/** One ast-grep rule configuration and the languages it is for. */
export interface PatternRule {
  readonly language: readonly CodeLanguage[];
  readonly rule: Readonly<Record<string, unknown>>;
  readonly constraints?: Readonly<Record<string, unknown>>;
  readonly utils?: Readonly<Record<string, unknown>>;
  readonly transform?: Readonly<Record<string, unknown>>;
  /** The text that replaces the match; metavariables are filled in. */
  readonly fix?: string;
}

/** A credential's form. */
export interface SecretRule {
  /** Lower-case words, one of which stands near every hit. */
  readonly keywords: readonly string[];
  /** RE2 syntax. */
  readonly regex: string;
  /** The group that holds the secret; 0 is the whole match. */
  readonly group?: number;
  /** Least Shannon entropy of the secret, in bits per character. */
  readonly entropy?: number;
  /** What is no secret after all: RE2 expressions tried on the secret. */
  /** What stands before the match on its line has to match this regular expression. */
  readonly before?: string;
  readonly allow?: readonly string[];
}

/** Types of parameters, as policy files write them. */
export type ParameterType = 'string' | 'int' | 'double' | 'bool' | 'list<string>' | 'list<int>';

/** What an organisation may set. Policies see it as `params.<name>`. */
export interface Parameter {
  readonly type: ParameterType;
  readonly default: Value;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description: string;
}

/** How a finding is repaired. `safe`: it may be applied without being read. */
export interface FixRule {
  readonly title: string;
  readonly safe: boolean;
  readonly action: FixAction;
}
/** What a fix does. `remove`, `set`: by path; `value` replaces what is marked; `insert` adds lines; `pattern`: its own `fix`. */
export type FixAction =
  | { readonly kind: 'remove'; readonly paths: readonly Path[] }
  | { readonly kind: 'set'; readonly values: readonly { readonly path: Path; readonly value: Value }[] }
  | { readonly kind: 'value'; readonly value: Expression }
  | { readonly kind: 'insert'; readonly where: 'before' | 'after'; readonly text: Expression }
  | { readonly kind: 'pattern' };
