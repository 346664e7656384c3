// Kerb's own files while they are written: completion, signature help, definition, references, rename and colours.
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  type Location,
  type Position,
  ResponseError,
  type SemanticTokens,
  type SignatureHelp,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import {
  completeDraft,
  type DraftCompletion,
  describeDraft,
  type OwnFile,
  occurrencesInDraft,
  type Span,
  signaturesOfDraft,
  type TokenKind,
  tokensOfDraft,
} from '../engine/index.ts';
import { configurationName } from '../repository/index.ts';
import { rangeOf } from './convert.ts';
import type { OpenDocument } from './documents.ts';
import { policyIdOf } from './own.ts';

/** Which of Kerb's own files a document is; null for any other. */
export function ownFileOf({ place }: OpenDocument): OwnFile | null {
  if (place.path === configurationName) return 'configuration';
  const { rules } = place.root;
  return rules !== null && policyIdOf(rules, place.path) !== null ? 'policy' : null;
}

/** textDocument/completion */
export function completion(document: OpenDocument, position: Position): CompletionItem[] {
  const file = ownFileOf(document);
  if (file === null) return [];
  const { text } = document;
  const known = document.place.root.rules?.setup.policies ?? [];
  return completeDraft(file, text.getText(), text.offsetAt(position), known).map((item, index) => ({
    label: item.label,
    kind: completionKinds[item.kind],
    // As the engine orders them: what belongs to the value first.
    sortText: String(index).padStart(4, '0'),
    ...(item.detail === '' ? {} : { detail: item.detail }),
    ...(item.documentation === '' ? {} : { documentation: item.documentation }),
    insertTextFormat: item.insert.form === 'snippet' ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range: rangeOf(text, item.replace), newText: item.insert.text },
  }));
}

const completionKinds: Readonly<Record<DraftCompletion['kind'], CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  variable: CompletionItemKind.Variable,
  function: CompletionItemKind.Function,
  method: CompletionItemKind.Method,
  macro: CompletionItemKind.Snippet,
  keyword: CompletionItemKind.Keyword,
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
};

/** textDocument/hover on CEL and on keys: its text as Markdown. */
export function describeOwn(document: OpenDocument, position: Position): { value: string; span: Span } | null {
  const file = ownFileOf(document);
  if (file === null) return null;
  const said = describeDraft(file, document.text.getText(), document.text.offsetAt(position));
  if (said === null) return null;
  return { value: said.form === 'cel' ? `\`\`\`cel\n${said.text}\n\`\`\`` : said.text, span: said.span };
}

/** textDocument/signatureHelp */
export function signatureHelp(document: OpenDocument, position: Position): SignatureHelp | null {
  if (ownFileOf(document) !== 'policy') return null;
  const found = signaturesOfDraft(document.text.getText(), document.text.offsetAt(position));
  if (found === null) return null;
  return {
    signatures: found.labels.map((label) => ({ label })),
    activeSignature: 0,
    activeParameter: found.argument,
  };
}

/** textDocument/definition: a parameter of the policy or a variable of a macro. */
export function definition(document: OpenDocument, position: Position): Location | null {
  const [declared] = occurrencesAt(document, position);
  return declared === undefined ? null : locationOf(document, declared);
}

/** textDocument/references */
export function references(
  document: OpenDocument,
  position: Position,
  { includeDeclaration }: { readonly includeDeclaration: boolean },
): Location[] {
  const [declared, ...uses] = occurrencesAt(document, position);
  if (declared === undefined) return [];
  return (includeDeclaration ? [declared, ...uses] : uses).map((span) => locationOf(document, span));
}

/** textDocument/prepareRename: what would be renamed; null where nothing can be. */
export function prepareRename(document: OpenDocument, position: Position): ReturnType<typeof rangeOf> | null {
  const offset = document.text.offsetAt(position);
  const here = occurrencesAt(document, position).find(({ start, end }) => start <= offset && offset <= end);
  return here === undefined ? null : rangeOf(document.text, here);
}

/** textDocument/rename. Throws where the new name is no name. */
export function rename(document: OpenDocument, position: Position, newName: string): WorkspaceEdit | null {
  if (!/^[a-z][A-Za-z0-9_]*$/.test(newName))
    throw new ResponseError(invalidName, 'a name begins with a lower-case letter, and has letters, digits and _');
  const found = occurrencesAt(document, position);
  if (found.length === 0) return null;
  const edits = found.map((span) => ({ range: rangeOf(document.text, span), newText: newName }));
  return { changes: { [document.uri]: edits } };
}

/** LSP's RequestFailed. */
const invalidName = -32803;

function occurrencesAt(document: OpenDocument, position: Position): readonly Span[] {
  if (ownFileOf(document) !== 'policy') return [];
  return occurrencesInDraft(document.text.getText(), document.text.offsetAt(position)) ?? [];
}

function locationOf({ uri, text }: OpenDocument, span: Span): Location {
  return { uri, range: rangeOf(text, span) };
}

/** The legend of semantic tokens: a token's type is its index. */
export const tokenTypes: readonly TokenKind[] = [
  'variable',
  'parameter',
  'property',
  'function',
  'method',
  'macro',
  'string',
  'number',
  'keyword',
  'operator',
];

/** textDocument/semanticTokens/full */
export function semanticTokens(document: OpenDocument): SemanticTokens {
  if (ownFileOf(document) !== 'policy') return { data: [] };
  const data: number[] = [];
  let before = { line: 0, character: 0 };
  for (const { span, kind } of tokensOfDraft(document.text.getText())) {
    const { start, end } = rangeOf(document.text, span);
    // A token is on one line; a text that goes on in the next is left to the grammar.
    if (start.line !== end.line) continue;
    const line = start.line - before.line;
    data.push(
      line,
      line === 0 ? start.character - before.character : start.character,
      end.character - start.character,
      tokenTypes.indexOf(kind),
      0,
    );
    before = start;
  }
  return { data };
}
