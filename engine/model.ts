/** The nouns of Kerb: what passes from one step of the engine to the next. Plain readonly data, no behaviour. */

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** What a gate does with a finding. An editor shows a finding whatever its enforcement is. */
export type Enforcement = 'audit' | 'warn' | 'deny';

/** UTF-16 offsets into a text; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a value stands in its document: keys of maps, indices of lists. */
export type Path = readonly (string | number)[];

/**
 * A value that a template has not filled yet (`{{ .Values.tag }}`, `${{ matrix.os }}`).
 * It spreads through CEL as the specification says of unknowns; a verdict that depends on one is no finding.
 */
export class Unknown {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * A plain value lifted out of a document. Maps are objects without a prototype, so that no key (`__proto__`) means
 * anything. An integral number is an integer; integers beyond 2^53 are bigint.
 */
export type Value = null | boolean | number | bigint | string | Unknown | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

/** A text to judge. */
export interface SourceFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** An editor's language id, where there is one; the path decides before it. */
  readonly language?: string;
}

export type CodeLanguage = 'typescript' | 'tsx' | 'javascript' | 'python' | 'go' | 'bash' | 'java';

export type DocumentKind = 'yaml' | 'json' | 'yarn' | 'dockerfile' | 'code' | 'text';

/** Something that kept a text, a policy or a configuration from being understood. Its message never quotes a value. */
export interface Problem {
  readonly span: Span;
  readonly message: string;
}

/**
 * A node of a parsed tree. Offsets count from the start of the part it belongs to, so that a tree stays valid while
 * the text before it changes.
 */
export type Node = MapNode | ListNode | ScalarNode;
export interface MapNode {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: readonly Entry[];
}
export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  /** Absent while the value has not been typed yet. */
  readonly value: Node | null;
}
export interface ListNode {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly Node[];
}
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly span: Span;
  /** The node stands for what an alias brings; whatever is inside that stands here too. */
  readonly alias?: true;
}

/**
 * One separately parsed stretch of a file: a YAML document; the whole file elsewhere. `content` is the same object for
 * as long as its text is the same, wherever in the file it moves: caches are keyed by it.
 */
export interface Part {
  /** Where the part begins in the file. */
  readonly offset: number;
  readonly content: PartContent;
}

/** What one part says. Values that did not change keep their identity across edits, also inside a changed part. */
export interface PartContent {
  readonly text: string;
  /** Null where there is nothing to address by path (code, plain text, an empty document). */
  readonly root: Node | null;
  readonly value: Value;
  /** Spans count from the start of the part. */
  readonly problems: readonly Problem[];
  /** Every `{{ … }}` or `${{ … }}` in the part, braces included. */
  readonly templates: readonly Span[];
  /** Comments in order, from their sign to the end of the line; none for code, whose tree knows them. */
  readonly comments: readonly Span[];
}

/** A file, recognised and parsed. Parsing never fails: there is always a document, and what went wrong is in `problems`. */
export interface Document {
  readonly file: SourceFile;
  readonly kind: DocumentKind;
  readonly language: CodeLanguage | null;
  readonly parts: readonly Part[];
  /** The syntax tree of code; null elsewhere, and where the language is not available on this machine. */
  readonly code: Code | null;
  /** All problems of the file, in its own offsets. */
  readonly problems: readonly Problem[];
}

/** What an adapter lifts out of a part: the `self` of policies. */
export interface Resource {
  /** `kubernetes.container`, `github.step` … */
  readonly kind: string;
  /** As shown to people: `Deployment/web`, `job build`. */
  readonly name: string;
  /** Stable identity within the file, for fingerprints: no line, no index of a list whose elements have names. */
  readonly identity: string;
  /** Where `self` stands in the part. */
  readonly path: Path;
  /** The file that it speaks of, where that is another than the document's: what `ignore` leaves out is told by it. */
  readonly file?: string;
  readonly self: Value;
  /** What else the policy's CEL sees by name: `object`, and relatives such as `pod`, `workload`, `job`. */
  readonly relatives: Readonly<Record<string, Value>>;
  /** Where fields stand that the adapter derived and the document does not have: field name → path within `self`. */
  readonly derived?: Readonly<Record<string, Path>>;
  /** Where the resource stands, in the part's offsets, where a path cannot say it (a template expression). */
  readonly span?: Span;
}

/**
 * A stretch of a part whose resources depend on its text and on what is around it, and on nothing else: a job of a workflow.
 * They are made when somebody asks for them. All units of a part have the same object as `around`.
 */
export interface Unit {
  /** Within the file. Another one of this name is this one before an edit. */
  readonly name: string;
  /** The same object for as long as the stretch says the same, wherever it has moved to. */
  readonly id: object;
  /** In the part's offsets. */
  readonly span: Span;
  /** Every kind of resource that a unit may have. */
  readonly kinds: readonly string[];
  /** The relatives of its resources that come from outside of it. */
  readonly around: Readonly<Record<string, Value>>;
  /** In order. */
  resources(): readonly Resource[];
}

/** What native code gives to the pure engine. */
export interface Native {
  /** Lower-case hex of SHA-256 of the text's UTF-8. */
  sha256(text: string): string;
  /** A syntax tree that answers ast-grep rules, or null where the language is not available on this machine. */
  parseCode(language: CodeLanguage, text: string): CodeTree | null;
}
export interface CodeTree {
  /**
   * All matches of an ast-grep rule configuration ({rule, constraints?, utils?, transform?}), in the whole or in the
   * top-level statement of an index. Throws on a bad rule.
   */
  find(rule: object, statement?: number): readonly CodeMatch[];
  /** The top-level statements, comments and errors, in order. */
  statements(): readonly Span[];
  /** Comments, in order. */
  comments(): readonly Span[];
}
/** The code of a document, and what was found in it. */
export interface Code {
  readonly tree: CodeTree;
  /** All matches, in order for each statement. Throws on a bad rule. */
  find(search: CodeSearch): readonly CodeMatch[];
  /** The code of a later text of the file. Its answers are those of a fresh reading; what was found before saves work. */
  edited(tree: CodeTree, text: string): Code;
}
export interface CodeQuery {
  /** An ast-grep rule configuration. */
  readonly configuration: object;
  /** Whether a text has the words that every match contains. */
  readonly mayMatch: (text: string) => boolean;
}
/** A query with what can be remembered of it. */
export interface CodeSearch extends CodeQuery {
  /**
   * What matches wherever this does and rests on nothing outside of the top-level statement that a node is in: the same
   * configuration or a weaker one. Null where there is none.
   */
  readonly local: CodeQuery | null;
}
export interface CodeMatch {
  readonly span: Span;
  /** Single metavariables (`$A`) and joined multiple ones (`$$$A`) by name, and what `transform` made (no span then). */
  readonly variables: Readonly<Record<string, { readonly text: string; readonly span: Span | null }>>;
}

export type Outcome = 'fail' | 'error' | 'unknown';

/** One policy's word on one resource. */
export interface Finding {
  /** The policy's id, `kubernetes/privileged`; Kerb's own are under `kerb/`. */
  readonly policy: string;
  readonly severity: Severity;
  readonly enforcement: Enforcement;
  /** `error`: the rule itself broke or ran out of budget. That is never an allow. */
  readonly outcome: Outcome;
  readonly file: string;
  readonly resource: string;
  /** Dotted, indices in brackets: `spec.containers[0].image`; empty where a path says nothing. */
  readonly path: string;
  /** In the file's offsets. */
  readonly span: Span;
  readonly message: string;
  readonly related: readonly Related[];
  /** Survives edits, worktrees and machines: policy, file, identity, path and normalised value; no line. */
  readonly fingerprint: string;
  readonly exception: Exception | null;
  /** What can be done about it; `fixesOf` works out the edits, since that is too much work for each keystroke. */
  readonly fixes: readonly FixOffer[];
}

interface Related {
  readonly span: Span;
  readonly message: string;
}

/** Why a finding does not count. It is marked, never removed. Where several reasons hold, the first of these is told. */
type Exception =
  | {
      /** Another person answers for it: see `ApprovedException`. */
      readonly kind: 'approved';
      readonly id: string;
      readonly reason: string;
      /** The instant at which it ends, ISO 8601 in UTC to the millisecond. */
      readonly until: string;
      readonly approvedBy: readonly string[];
    }
  | { readonly kind: 'suppression'; readonly reason: string; readonly until: string; readonly span: Span }
  | { readonly kind: 'baseline' };

export interface FixOffer {
  readonly title: string;
  /** Whether it may be applied without being read: it cannot change what the program does for the better cases. */
  readonly safe: boolean;
}
/** An offer worked out: edits in the file's offsets, in order, none touching another. */
export interface Fix extends FixOffer {
  readonly edits: readonly Edit[];
}
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

export type Effect = 'allow' | 'deny' | 'indeterminate';
