/** What a real API server (1.34) took, refused or judged otherwise, and so what an export is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { native, policyText } from '../../../test/policySet.ts';
import { compilePolicies } from '../compile.ts';
import { defaultConfiguration } from '../configuration.ts';
import { readPolicies } from '../read.ts';
import { exportAdmission } from './exportAdmission.ts';

/** The conditions and the validation of a policy on objects, or why there are none. */
function exported(require: string, where?: string, more = ''): readonly string[] {
  return saidOf(
    `resource: kubernetes.object\n${where === undefined ? '' : `where: ${JSON.stringify(where)}\n`}${more}\nrequire: ${JSON.stringify(require)}`,
  );
}

function saidOf(keys: string): readonly string[] {
  const text = policyText(keys);
  const { policies } = readPolicies([{ id: 'team/one', path: 'team/one.yaml', text }]);
  const [enabled] = compilePolicies(policies, defaultConfiguration, native).policies;
  assert.ok(enabled !== undefined);
  const { policy, enforcement, parameters } = enabled;
  const result = exportAdmission({ policy, enforcement, parameters, form: 'vap', native });
  if (result.kind === 'refused') return [result.reason];
  const { spec } = parseAllDocuments(result.yaml)[0]?.toJS() ?? {};
  return [...(spec.matchConditions ?? []), ...spec.validations].map(({ expression }) => expression);
}

const spec = 'dyn(self.?spec)';
const cases: readonly (readonly [require: string, said: string])[] = [
  // "must evaluate to bool but got dyn"
  ['self.?spec.?a.orValue(true)', '(object.?spec.?a.orValue(true)) == true'],
  ['self.?spec.?a.orValue(true) == true', 'object.?spec.?a.orValue(true) == true'],
  ['!self.?spec.?a.orValue(true)', '!object.?spec.?a.orValue(true)'],
  ['self.kind in ["a", "b"]', 'object.kind in ["a", "b"]'],
  // "expected type 'dyn' but found 'string'"
  ['"x" in [self.kind, "a"]', `the API server's CEL takes no list of several types: \`[object.kind, "a"]\``],
  ['{"a": 1, "b": "c"}.a == 1', `the API server's CEL takes no map of several types: \`{"a": 1, "b": "c"}\``],
  ['"x" in [dyn(self.kind), dyn("a")]', '"x" in [dyn(object.kind), dyn("a")]'],
  // "undeclared reference"
  ['[2, 1].sortBy(x, x)[0] == 1', "the API server's CEL has no sortBy()"],
  ['[2, 1].existsOne(x, x == 1)', "the API server's CEL has no existsOne()"],
  ['[2, 1].exists_one(x, x == 1)', '[2, 1].exists_one(x, x == 1)'],
  ['[2, 1].existsOne(i, x, x == i)', '[2, 1].existsOne(i, x, x == i)'],
  ['quantity("1").sign() == 1', "the API server's CEL has no sign()"],
  // Another text
  [
    '"%s of %s".format([self.kind, self.apiVersion]) == "a"',
    '"%s of %s".format([object.kind, object.apiVersion]) == "a"',
  ],
  ['"%s has %d".format([self.kind, 3]) == "a"', '"%s has %d".format([object.kind, 3]) == "a"'],
  [
    '"%s %d %s".format(["a", 3, self.kind]) == "a"',
    `the API server's CEL takes no list of several types: \`["a", 3, object.kind]\``,
  ],
  ...['%s".format([[1]])', '%s".format([1.5])', '%.1f".format([1.5])', `%s".format([${spec}])`].map(
    (call) =>
      [
        `"${call} == "a"`,
        'the API server writes doubles, lists and maps in another way: format() with %e, %f, or one of these is not the same',
      ] as const,
  ),
];
for (const [require, said] of cases) test(require, () => assert.deepEqual(exported(require), [said]));

test('a condition is a bool, too', () => {
  assert.deepEqual(exported('self.kind == "Pod"', 'self.?spec.?a.orValue(true)'), [
    '(object.?spec.?a.orValue(true)) == true',
    'object.kind == "Pod"',
  ]);
});

test('a double stays one', () => {
  const parameters = 'parameters: { ratio: { description: d, type: double, default: 2.0 } }';
  const said = exported('double(self.spec.replicas) / params.ratio < 3.0', undefined, parameters);
  assert.deepEqual(said, ['double(object.spec.replicas) / 2.0 < 3.0']);
});

const unsaid: readonly (readonly [keys: string, reason: string])[] = [
  [
    'resource: kubernetes.object\nrequire: has(self.spec)\nmessage: "in {[self.kind]}"',
    "the API server's CEL does not take it: string(list(dyn)) does not exist; there is string(string), string(bool), string(int), string(uint), string(double), string(bytes), …",
  ],
  ['resource: kubernetes.object\nrequire: file.path != "a"', 'it reads `file`: the API server knows no files'],
  [
    'resource: kubernetes.object\nrequire: context.gate != "push"',
    'it reads `context`: the API server knows neither gates nor days',
  ],
  [
    'resource: kubernetes.container\nrequire: self.type != "init"',
    'it reads `self.type`, which Kerb derives and containers do not have',
  ],
  [
    'resource: kubernetes.object\nparameters: { a: { description: d, type: int, default: 1 } }\nrequire: has(params.a)',
    'it reads `params` as a whole',
  ],
  ['resource: kubernetes.container\neach: ports\nrequire: key != 0', 'it reads `key`, the place in a list'],
  [
    'resource: kubernetes.container\neach: ports\nrequire: item.all(field, field != "hostPort")',
    'it goes through the fields of `item`, which has a type of its own there',
  ],
];
for (const [keys, reason] of unsaid) test(reason, () => assert.deepEqual(saidOf(keys), [reason]));
