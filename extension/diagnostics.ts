// Kerb's diagnostics as VS Code has them: the one source of what the status item and the tree show.
import { type Diagnostic, languages, type Uri } from 'vscode';

/** One finding, or one problem of Kerb's own, in a file. */
export interface Shown {
  readonly uri: Uri;
  readonly diagnostic: Diagnostic;
  readonly policy: string;
}

/** All that Kerb shows at this moment, in the order of files and lines. */
export function shownFindings(): readonly Shown[] {
  const shown: Shown[] = [];
  for (const [uri, diagnostics] of languages.getDiagnostics()) {
    for (const diagnostic of diagnostics) {
      if (diagnostic.source === 'kerb') shown.push({ uri, diagnostic, policy: policyOf(diagnostic) });
    }
  }
  return shown.sort(
    (a, b) => compare(a.uri.path, b.uri.path) || a.diagnostic.range.start.compareTo(b.diagnostic.range.start),
  );
}

/** How many there are. */
export function countFindings(): number {
  return languages
    .getDiagnostics()
    .reduce((sum, [, list]) => sum + list.filter(({ source }) => source === 'kerb').length, 0);
}

/** The policy that a diagnostic is about. */
export function policyOf(diagnostic: Diagnostic): string {
  const { code } = diagnostic;
  return String(typeof code === 'object' ? code.value : (code ?? ''));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
