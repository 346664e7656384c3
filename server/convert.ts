// The only place that makes LSP positions, ranges and diagnostics out of what the engine says.
import {
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type Position,
  type Range,
  type TextEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Edit, FileProblem, Finding, Problem, Span } from '../engine/index.ts';

/** The source of every diagnostic of Kerb. */
const source = 'kerb';

/** Codes of diagnostics that are about Kerb's own input and not a policy's word. */
export type ProblemCode = 'kerb/syntax' | 'kerb/policy' | 'kerb/configuration' | 'kerb/more' | 'kerb/unreadable';

/** What a diagnostic of a finding carries for code actions and for other tools. */
interface FindingData {
  readonly fingerprint: string;
}

/** A span of the engine in LSP's lines and UTF-16 columns. */
export function rangeOf(text: TextDocument, span: Span): Range {
  return { start: text.positionAt(span.start), end: text.positionAt(span.end) };
}

/** A range of the client as a span of the engine. Positions outside the text become its nearest ones. */
export function spanOf(text: TextDocument, range: Range): Span {
  const a = text.offsetAt(range.start);
  const b = text.offsetAt(range.end);
  return { start: Math.min(a, b), end: Math.max(a, b) };
}

/** Edits of the engine as LSP text edits. */
export function textEditsOf(text: TextDocument, edits: readonly Edit[]): TextEdit[] {
  return edits.map((edit) => ({ range: rangeOf(text, edit.span), newText: edit.text }));
}

/** What a diagnostic needs beside the finding. */
export interface Surroundings {
  /** The page of a policy, as a URI, or null. */
  readonly pageOf: (policy: string) => string | null;
  /** Whether the client shows related places. */
  readonly related: boolean;
  /** What to add of an exception that was asked for, and of what was said of the finding, in words; null without. */
  readonly askedFor: (finding: Finding) => string | null;
}

/** A finding as a diagnostic. What a gate would deny is an error, whatever its severity; see `severityOf`. */
export function diagnosticOf(finding: Finding, text: TextDocument, surroundings: Surroundings): Diagnostic {
  const { pageOf, related, askedFor } = surroundings;
  const data: FindingData = { fingerprint: finding.fingerprint };
  const diagnostic: Diagnostic = {
    range: rangeOf(text, finding.span),
    severity: severityOf(finding),
    code: finding.policy,
    source,
    message: wordsOf(finding, askedFor(finding)),
    data,
  };
  const href = pageOf(finding.policy);
  if (href !== null) diagnostic.codeDescription = { href };
  if (finding.policy === 'kerb/suppression-unused') diagnostic.tags = [DiagnosticTag.Unnecessary];
  if (related && finding.related.length > 0) {
    diagnostic.relatedInformation = finding.related.map(({ span, message }) => ({
      location: { uri: text.uri, range: rangeOf(text, span) },
      message,
    }));
  }
  return diagnostic;
}

function wordsOf({ outcome, message, exception }: Finding, asked: string | null): string {
  if (outcome === 'error') return `could not be judged: ${message}`;
  if (exception?.kind !== 'approved') return asked === null ? message : `${message} (${asked})`;
  return `${message} (exempt until ${exception.until}: ${exception.id}, approved by ${exception.approvedBy.join(', ')})`;
}

/** deny → error, warn → warning, audit → information; what is exempt or in the baseline is a hint. */
function severityOf(finding: Finding): DiagnosticSeverity {
  if (finding.exception !== null) return DiagnosticSeverity.Hint;
  if (finding.outcome === 'error') return DiagnosticSeverity.Warning;
  if (finding.enforcement === 'deny') return DiagnosticSeverity.Error;
  return finding.enforcement === 'warn' ? DiagnosticSeverity.Warning : DiagnosticSeverity.Information;
}

/** Something in a text that Kerb could not understand. */
export function syntaxDiagnostic(problem: Problem, text: TextDocument): Diagnostic {
  const range = rangeOf(text, problem.span);
  return { range, severity: DiagnosticSeverity.Warning, code: 'kerb/syntax', source, message: problem.message };
}

/** Something wrong with a policy or a configuration, which need not be open. */
export function fileProblemDiagnostic(problem: FileProblem, code: ProblemCode): Diagnostic {
  const { start, end } = problem.range;
  const range = { start: positionOf(start), end: positionOf(end) };
  const severity = problem.severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
  return { range, severity, code, source, message: problem.message };
}

/** A file that should be judged and cannot be: too large, not readable, or Kerb broke on it. */
export function unreadableDiagnostic(reason: string): Diagnostic {
  return {
    range: topRange,
    severity: DiagnosticSeverity.Error,
    code: 'kerb/unreadable',
    source,
    message: `The file ${reason}`,
  };
}

/** Says that there is more than is shown. */
export function omissionDiagnostic(omitted: number): Diagnostic {
  const message = `${omitted} more findings are not shown here, as the file has so many; \`kerb check\` lists them all.`;
  return { range: topRange, severity: DiagnosticSeverity.Information, code: 'kerb/more', source, message };
}

const topRange: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

function positionOf(position: { readonly line: number; readonly column: number }): Position {
  return { line: position.line - 1, character: position.column - 1 };
}
