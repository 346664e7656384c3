// The debug adapter over a real server: the requests of an editor, and what it hears.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { type Adapter, createAdapter } from '../../extension/debug/adapter.ts';
import { startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod } from './texts.ts';

const policy = `title: Only known ports
severity: low
why: Because.
remedy: Otherwise.
owners: [tests]
resource: kubernetes.container
where: has(self.ports)
require: |
  self.ports.all(p,
    p.containerPort > 1023 ||
    p.containerPort == 80)
message: found
`;

const page = `# team/ports

\`\`\`yaml pod.yaml
apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  containers:
    - { name: web, ports: [{ containerPort: 80 }, { containerPort: 22 }] }
\`\`\`
`;

describe('stepping through a policy', () => {
  const place = folderWith({
    'kerb.yaml': 'policyFolders: [rules]\n',
    'rules/team/ports.yaml': policy,
    'rules/team/ports.md': page,
    'web.yaml': pod,
  });
  const file = `${place.folder}/rules/team/ports.yaml`;
  let client: TestClient;
  before(async () => {
    client = await startClient({ folders: [place.folder] });
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  interface Walked {
    readonly heard: readonly (DebugProtocol.Event & DebugProtocol.Response)[];
    ask(command: string, given?: object): Promise<DebugProtocol.Response>;
    /** The innermost part and what it gave, or why there is none. */
    here(): Promise<string>;
  }
  const session = (): Walked => {
    const heard: (DebugProtocol.Event & DebugProtocol.Response)[] = [];
    const adapter: Adapter = createAdapter({
      record: (params) => client.request('kerb/record', params),
      inspect: (params) => client.request('kerb/inspect', params),
      pathOf: (uri) => decodeURIComponent(uri.slice('file://'.length)),
      send: (message) => heard.push(message as DebugProtocol.Event & DebugProtocol.Response),
    });
    let seq = 0;
    const ask = async (command: string, given?: object): Promise<DebugProtocol.Response> => {
      const number = ++seq;
      await adapter.handle({ seq: number, type: 'request', command, arguments: given });
      const answer = heard.find((message) => message.type === 'response' && message.request_seq === number);
      assert.ok(answer, `${command} was not answered`);
      return answer;
    };
    const here = async (): Promise<string> => {
      const last = heard.findLast(({ type, event }) => type === 'event' && event !== 'initialized');
      if (last?.event !== 'stopped') return String(last?.event);
      const { body } = await ask('stackTrace', { threadId: 1 });
      return body.stackFrames[0].name;
    };
    return { heard, ask, here };
  };
  const begin = async (
    launch: object,
    breakpoints: readonly DebugProtocol.SourceBreakpoint[] = [],
  ): Promise<Walked> => {
    const walked = session();
    await walked.ask('initialize');
    const launched = await walked.ask('launch', launch);
    assert.ok(launched.success, launched.message);
    const { body } = await walked.ask('setBreakpoints', { source: { path: file }, breakpoints });
    assert.ok(body.breakpoints.every(({ verified }: DebugProtocol.Breakpoint) => verified));
    await walked.ask('configurationDone');
    return walked;
  };

  test('arguments that are missing or of another form are told by name', async () => {
    const walked = await begin({ uri: uriOf(file) });
    const said = async (command: string, given?: unknown): Promise<string> => {
      const { success, message } = await walked.ask(command, given as object);
      assert.equal(success, false, command);
      return message ?? '';
    };
    for (const given of [
      undefined,
      null,
      [],
      'x',
      {},
      { uri: 1, source: 1, line: '1', variablesReference: null, expression: {} },
    ]) {
      assert.equal(await said('launch', given), 'launch needs `uri` in its arguments: a text');
      assert.equal(await said('setBreakpoints', given), 'setBreakpoints needs `source` in its arguments: a map');
      assert.equal(
        await said('breakpointLocations', given),
        'breakpointLocations needs `line` in its arguments: a number',
      );
      assert.equal(await said('variables', given), 'variables needs `variablesReference` in its arguments: a number');
      assert.equal(await said('evaluate', given), 'evaluate needs `expression` in its arguments: a text');
    }
    assert.match(await said('setExceptionBreakpoints', {}), /`filters` in its arguments: a list/);
    const source = { path: file };
    for (const breakpoints of [null, 1, {}])
      assert.equal(
        await said('setBreakpoints', { source, breakpoints }),
        'setBreakpoints needs `breakpoints` in its arguments: a list',
      );
    for (const point of [null, 1, [], {}, { line: 1, column: 'x' }, { line: 1, condition: 5 }])
      assert.match(
        await said('setBreakpoints', { source, breakpoints: [point] }),
        /^a breakpoint has a `line`, and may/,
      );
    assert.equal((await walked.ask('setBreakpoints', { source })).success, true);
  });

  test('in, over, out and back', async () => {
    const { ask, here } = await begin({ uri: uriOf(file) });
    assert.equal(await here(), 'has(self.ports) → true');
    await ask('stepIn');
    assert.match(await here(), /^self.ports → /);
    await ask('stepIn');
    assert.equal(await here(), 'p.containerPort → 80');
    await ask('stepIn');
    assert.equal(await here(), 'p.containerPort > 1023 → false');
    await ask('stepOut');
    assert.equal(await here(), 'p.containerPort > 1023 || p.containerPort == 80 → true');
    await ask('stepBack');
    assert.equal(await here(), 'p.containerPort == 80 → true');
    await ask('stepOut');
    await ask('stepOut');
    assert.match(await here(), /^self.ports.all\(p, .*\) → false$/);
    await ask('next');
    assert.equal(await here(), 'terminated');
  });

  test('stepping over a macro leaves its elements out', async () => {
    const { ask, here } = await begin({ uri: uriOf(file) });
    await ask('next');
    assert.match(await here(), /^self.ports.all\(/);
  });

  test('breakpoints stop where a part has its value, with a condition only where that holds, and backwards too', async () => {
    const points = [{ line: 11, condition: 'p.containerPort == 22' }];
    const { ask, here, heard } = await begin({ uri: uriOf(file), stopOnEntry: false }, points);
    assert.equal(await here(), 'p.containerPort == 80 → false');
    assert.equal(heard.findLast(({ event }) => event === 'stopped')?.body.reason, 'breakpoint');
    await ask('continue');
    assert.equal(await here(), 'terminated');
    const backwards = await begin({ uri: uriOf(file) }, [{ line: 11 }]);
    await backwards.ask('continue');
    await backwards.ask('continue');
    assert.equal(await backwards.here(), 'p.containerPort == 80 → false');
    await backwards.ask('reverseContinue');
    assert.equal(await backwards.here(), 'p.containerPort == 80 → true');
    await backwards.ask('reverseContinue');
    assert.equal(await backwards.here(), 'has(self.ports) → true');
  });

  test('a rule that breaks stops at the part that broke, and not at an error that was taken up', async () => {
    const uri = uriOf(`${place.folder}/broken.yaml`);
    const withPorts = (...ports: readonly string[]): string => {
      const list = ports.map((port) => `{ containerPort: ${port} }`).join(', ');
      return `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - { name: a, ports: [${list}] }\n`;
    };
    client.open(uri, 'yaml', withPorts('80', 'b'));
    const start = async (filters: readonly string[]): Promise<Walked> => {
      const walked = session();
      await walked.ask('launch', { uri, policy: 'team/ports', stopOnEntry: false });
      await walked.ask('setExceptionBreakpoints', { filters });
      await walked.ask('configurationDone');
      return walked;
    };
    const walked = await start(['errors']);
    assert.match(await walked.here(), /^p\.containerPort > 1023 → error: /);
    assert.equal(walked.heard.findLast(({ event }) => event === 'stopped')?.body.reason, 'exception');
    const { body } = await walked.ask('exceptionInfo', { threadId: 1 });
    assert.equal(body.description, 'error: > does not compare values of these types');
    await walked.ask('continue');
    assert.equal(await walked.here(), 'terminated');
    assert.equal(await (await start([])).here(), 'terminated');
    // One port that is forbidden is enough for a verdict, whatever is wrong with the other.
    client.change(uri, 2, [{ text: withPorts('b', '22') }]);
    assert.equal(await (await start(['errors'])).here(), 'terminated');
  });

  test('a breakpoint stands where something begins, or says that nothing does', async () => {
    const walked = session();
    await walked.ask('launch', { uri: uriOf(file) });
    const set = (path: string, line: number, column?: number) =>
      walked.ask('setBreakpoints', { source: { path }, breakpoints: [{ line, column }] });
    assert.deepEqual((await set(file, 10)).body.breakpoints, [{ verified: true, line: 10, column: 5 }]);
    assert.equal((await set(file, 1)).body.breakpoints[0].verified, false);
    assert.equal((await set(`${place.folder}/web.yaml`, 10)).body.breakpoints[0].verified, false);
    const { body } = await walked.ask('breakpointLocations', { source: { path: file }, line: 9 });
    assert.deepEqual(body.breakpoints, [{ line: 9, column: 3 }]);
  });

  test('values are opened, and watched', async () => {
    const { ask } = await begin({ uri: uriOf(file), stopOnEntry: false }, [{ line: 11 }]);
    const { variables } = (await ask('variables', { variablesReference: 1 })).body;
    assert.deepEqual(variables[0].name, 'p');
    assert.equal(variables[0].value, '{"containerPort": 80}');
    const inner = (await ask('variables', { variablesReference: variables[0].variablesReference })).body.variables;
    assert.deepEqual(
      inner.map(({ name, value, evaluateName }: DebugProtocol.Variable) => [name, value, evaluateName]),
      [['containerPort', '80', "p['containerPort']"]],
    );
    assert.equal((await ask('evaluate', { expression: 'self.ports.size()' })).body.result, '2');
    const refused = await ask('evaluate', { expression: 'self.(' });
    assert.equal(refused.success, false);
  });

  test("a policy of Kerb's own is stepped through on a file, and its text comes with it", async () => {
    const uri = uriOf(`${place.folder}/web.yaml`);
    const walked = session();
    await walked.ask('launch', { uri, policy: 'kubernetes/host-network' });
    await walked.ask('configurationDone');
    const { body } = await walked.ask('stackTrace', { threadId: 1 });
    assert.equal(body.stackFrames[0].source.sourceReference, 1);
    assert.equal(body.stackFrames.at(-1).name, 'Pod/web spec');
    const source = await walked.ask('source', { sourceReference: 1 });
    assert.match(source.body.content, /^title: /m);
  });

  test('what cannot be stepped through says why', async () => {
    const why = async (launch: object) => (await session().ask('launch', launch)).message;
    assert.equal(await why({ uri: uriOf(`${place.folder}/web.yaml`) }), 'this is no policy, and no page of one');
    assert.equal(await why({ uri: uriOf(file), line: 1 }), 'no case begins here');
    const uri = uriOf(`${place.folder}/web.yaml`);
    assert.equal(await why({ uri, policy: 'no/policy' }), 'there is no policy no/policy here');
    assert.match((await why({ uri, policy: 'docker/base-image-tag' })) ?? '', /there is no policy|judges nothing here/);
    assert.match((await session().ask('next')).message ?? '', /nothing is being stepped through/);
  });
});
