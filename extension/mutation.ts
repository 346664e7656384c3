// Whether a policy's cases prove anything: mistakes that no case notices are shown where they would be, with what would show them.
import {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Disposable,
  type Event,
  EventEmitter,
  Location,
  languages,
  ProgressLocation,
  Range,
  Uri,
  window,
  workspace,
} from 'vscode';
import { type MutationAnswer, messages, type UnnoticedMutant } from '../server/protocol.ts';
import type { Server } from './client.ts';

/** What was tried, until its policy or page is changed. */
export interface Mutation extends Disposable {
  /** Something else is known. */
  readonly onChange: Event<undefined>;
  /** How many of a policy's mutants were noticed; null where that is not known. */
  scoreOf(policy: Uri): { readonly noticed: number; readonly mutants: number } | null;
  /** Tries a policy's mutants; the URI is its own or its page's. Answers what came of it; null for any other file. */
  run(uri: Uri): Promise<MutationAnswer | null>;
}

/** Makes it; survivors are hints in the policy. */
export function createMutation(server: Server): Mutation {
  const changed = new EventEmitter<undefined>();
  const shown = languages.createDiagnosticCollection('kerb mutants');
  const scores = new Map<string, { readonly noticed: number; readonly mutants: number }>();
  const forget = (uri: Uri): void => {
    const policy = policyOf(uri);
    if (!scores.delete(policy.toString())) return;
    shown.delete(policy);
    changed.fire(undefined);
  };
  const show = ({ id, policy, outcome }: MutationAnswer): void => {
    if (outcome.kind === 'problem') void window.showWarningMessage(`Kerb: ${id}: ${outcome.message}.`);
    if (outcome.kind !== 'tried') return;
    const { mutants, survivors } = outcome;
    const uri = Uri.parse(policy);
    scores.set(uri.toString(), { noticed: mutants - survivors.length, mutants });
    shown.set(
      uri,
      survivors.map((survivor) => diagnosticOf(survivor, uri)),
    );
    changed.fire(undefined);
  };
  const listening = workspace.onDidChangeTextDocument(({ document }) => forget(document.uri));
  return {
    onChange: changed.event,
    scoreOf: (policy) => scores.get(policy.toString()) ?? null,
    async run(uri) {
      const options = {
        location: ProgressLocation.Notification,
        title: 'Kerb makes mistakes in the policy, one at a time',
        cancellable: true,
      };
      const answer = await window.withProgress(options, (_progress, token) =>
        server.request<MutationAnswer | null>(messages.mutate, { uri: uri.toString() }, token),
      );
      if (answer !== null) show(answer);
      return answer;
    },
    dispose() {
      for (const part of [listening, shown, changed]) part.dispose();
    },
  };
}

function policyOf(uri: Uri): Uri {
  return uri.with({ path: uri.path.replace(/\.md$/, '.yaml') });
}

function diagnosticOf({ title, start, end, witness }: UnnoticedMutant, uri: Uri): Diagnostic {
  const range = new Range(start.line, start.character, end.line, end.character);
  const diagnostic = new Diagnostic(range, `No case notices: ${title}`, DiagnosticSeverity.Information);
  diagnostic.source = 'kerb mutants';
  const { findings, mutantFindings, name, text } = witness ?? { findings: 0, mutantFindings: 0, name: '', text: '' };
  const said =
    witness === null
      ? 'No input was found that shows it: perhaps it makes no difference.'
      : `As a case, this ${name} would show it (${findings} found, with the mistake ${mutantFindings}):\n${text}`;
  diagnostic.relatedInformation = [new DiagnosticRelatedInformation(new Location(uri, range), said)];
  return diagnostic;
}
