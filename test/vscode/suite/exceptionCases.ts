// An exception, asked for at the finding, and what is said of one, in a workspace that an organisation governs.
import assert from 'node:assert/strict';
import { type CodeAction, commands, type Hover, type MarkdownString, type Range, type Uri } from 'vscode';
import { eventually, finding, open, policyOf } from './workbench.ts';

const policy = 'kubernetes/host-network';
const title = `Ask for an exception from ${policy}…`;
const mark = /\(exception asked for on \d{4}-\d\d-\d\d, pending/;

/** The tests, in their order. */
export const exceptionCases: Readonly<Record<string, () => Promise<void>>> = {
  'an exception that was asked for is pending, and is not offered again': async () => {
    const { document } = await open('alpha', 'deploy/web.yaml');
    const { range, message } = await finding(document.uri, policy);
    assert.doesNotMatch(message, mark);
    const { command: server, arguments: [offer] = [] } = (await offered(document.uri, range)).command ?? {};
    assert.ok(server !== undefined, 'the offer has no command');
    const said = { ...offer, reason: 'the node agent needs it', category: 'riskAccepted', until: offer.latest };
    const result = await commands.executeCommand<{ kind: string }>(server, said);
    assert.equal(result.kind, 'asked', JSON.stringify(result));
    await eventually(document.uri, 'the request is not marked', (list) =>
      list.some((each) => policyOf(each) === policy && mark.test(each.message)),
    );
    const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, range.start);
    const text = hovers.flatMap(({ contents }) => contents as MarkdownString[]).map(({ value }) => value);
    assert.match(text.join('\n'), /\*\*Exception asked for on .*, pending/);
    assert.ok((await actionsAt(document.uri, range)).every((action) => action.title !== title));
  },
  'what a person says of a finding is marked, and is not offered again': async () => {
    const { document } = await open('alpha', 'deploy/web.yaml');
    const { range } = await finding(document.uri, policy);
    const wrong = `This finding of ${policy} is wrong…`;
    const { command: server, arguments: [offer] = [] } = (await offered(document.uri, range, wrong)).command ?? {};
    assert.ok(server !== undefined, 'the offer has no command');
    const result = await commands.executeCommand<{ kind: string }>(server, { ...offer, comment: 'it is our agent' });
    assert.equal(result.kind, 'given', JSON.stringify(result));
    await eventually(document.uri, 'what was said is not marked', (list) =>
      list.some((each) => policyOf(each) === policy && /said to be wrong on \d{4}-\d\d-\d\d/.test(each.message)),
    );
    assert.ok((await actionsAt(document.uri, range)).every((action) => action.title !== wrong));
  },
};

/** The offer: it comes with the organisation, whose daemon may still be starting. */
async function offered(uri: Uri, range: Range, wanted = title): Promise<CodeAction> {
  for (let tries = 0; tries < 75; tries++) {
    const action = (await actionsAt(uri, range)).find((each) => each.title === wanted);
    if (action !== undefined) return action;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return assert.fail(`nothing offers: ${wanted}`);
}

function actionsAt(uri: Uri, range: Range): Thenable<CodeAction[]> {
  return commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', uri, range, 'quickfix', 50);
}
