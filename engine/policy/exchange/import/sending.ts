/** `request` of an admission policy, as far as a file says it: what is to be created, of which kind, and what it is called. */
import { all } from '../../../cel/assist/describe.ts';
import type { Expression } from '../../../cel/syntax/expression.ts';
import { type Edit, literalOf, type Mention, type Reading } from '../rewrite.ts';

/** The objects that an expression speaks of: what is judged, and what is sent, which holds it. */
export interface Sent {
  readonly object: string;
  readonly sent: string;
}

/** What takes the place of a mention of `request`; or why nothing can. */
export function requestEdit(root: Expression, { span }: Mention, subjects: Sent): Edit | string {
  const nodes = all(root);
  let node = nodes.find((one) => one.kind === 'name' && one.span === span);
  const fields: string[] = [];
  for (;;) {
    const at = node;
    const outer = nodes.find((one) => one.kind === 'select' && one.operand === at);
    const isTested = nodes.some((one) => one.kind === 'has' && one.select === outer);
    if (at === undefined || outer?.kind !== 'select' || outer.optional || isTested) break;
    fields.push(outer.field);
    node = outer;
    const text = textOf(fields.join('.'), subjects);
    if (text !== null) return { span: outer.span, text };
  }
  if (fields[0] === 'oldObject') return 'a file has no earlier version';
  return fields[1] === 'resource'
    ? 'a file says the kind, and not what the API calls it'
    : 'a file does not say who sends it, or how';
}

/** Why a mention of `request` cannot be said here; null where it can. */
export function requestProblem({ root }: Pick<Reading, 'root'>, mention: Mention): string | null {
  const edit = requestEdit(root, mention, { object: '', sent: '' });
  return typeof edit === 'string' ? edit : null;
}

function textOf(path: string, { object, sent }: Sent): string | null {
  const [first = '', second = ''] = path.split('.');
  if (path === 'operation') return literalOf('CREATE');
  if (path === 'object') return object;
  if (path === 'name' || path === 'namespace') return `${sent}.?metadata.?${path}.orValue("")`;
  if (path === 'subResource' || path === 'requestSubResource') return literalOf('');
  if (!/^(?:request)?(?:kind|resource)$/i.test(first)) return null;
  if (second === 'kind') return `${sent}.kind`;
  const isNamed = `${sent}.apiVersion.contains("/")`;
  const parts = `${sent}.apiVersion.split("/")`;
  if (second === 'group') return `(${isNamed} ? ${parts}[0] : "")`;
  return second === 'version' ? `${parts}[${isNamed} ? 1 : 0]` : null;
}
