/**
 * A gate's request as lines (`Content-Type: text/plain`), for a hook that is a shell script: nothing has to be escaped.
 *
 *   gate push
 *   client pre-push 0.1.0
 *   root /home/ada/shop
 *   remote origin https://github.com/acme/shop
 *   update refs/heads/main 9f1c… refs/heads/main 03be…
 *
 * `tree ID` is for `commit`; instead of it `index FILE`, where that says which tree it is, and `merged ID` for each commit that
 * is merged in. An empty line ends the fields; what follows is the message of `message`, which `edited no` says
 * that no editor shows. `break-glass REASON` and `question NAME` may stand in each.
 */
import { Refusal } from './answer.ts';

/** What the lines say. Nothing of it is checked yet. */
export interface PlainRequest {
  readonly index?: string;
  [field: string]: unknown;
}

/** The value that the same request has as JSON. It is not checked yet. Throws `Refusal` where a line has no meaning. */
export function parsePlainRequest(body: string): PlainRequest {
  const end = body.indexOf('\n\n');
  const head = end < 0 ? body : body.slice(0, end);
  const request: PlainRequest = { breakGlass: null };
  const updates: object[] = [];
  const merged: string[] = [];
  for (const line of head.split('\n').filter((each) => each !== '')) {
    const space = line.indexOf(' ');
    const field = space < 0 ? line : line.slice(0, space);
    const value = space < 0 ? '' : line.slice(space + 1);
    if (field === 'update') updates.push(updateOf(value));
    else if (field === 'merged') merged.push(value);
    else if (Object.hasOwn(fields, field)) Object.assign(request, fields[field]!(value));
    else throw new Refusal(400, 'unknownRequest', `there is no field ${JSON.stringify(field.slice(0, 100))}`);
  }
  if (merged.length > 0) request.merged = merged;
  if (request.gate === 'push') request.updates = updates;
  if (request.gate === 'message') request.message = end < 0 ? '' : body.slice(end + 2);
  return request;
}

const fields: Readonly<Record<string, (value: string) => object>> = {
  gate: (gate) => ({ gate }),
  root: (root) => ({ root }),
  tree: (tree) => ({ tree }),
  index: (index) => ({ index }),
  client: (value) => ({ client: pairOf(value, 'name', 'version') }),
  remote: (value) => ({ remote: pairOf(value, 'name', 'url') }),
  'break-glass': (breakGlass) => ({ breakGlass }),
  question: (question) => ({ question }),
  edited: (edited) => ({ edited: edited !== 'no' }),
};

/** Two words; the second one may hold spaces. */
function pairOf(value: string, first: string, second: string): object {
  const space = value.indexOf(' ');
  return space < 0 ? { [first]: value } : { [first]: value.slice(0, space), [second]: value.slice(space + 1) };
}

/** A line as git gives it to `pre-push`. A ref holds no space, except `(delete)`, which is none. */
function updateOf(value: string): object {
  const [localRef, localId, remoteRef, remoteId, ...more] = value.split(' ');
  if (more.length > 0) throw new Refusal(400, 'badRequest', 'an update has four words, as git gives them to pre-push');
  return { localRef, localId, remoteRef, remoteId };
}
