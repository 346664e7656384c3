/**
 * Policies as clusters have them, each with what it must do to objects: the verdicts are those that the API server or Kyverno would
 * give, and they are the same after an export and an import. What cannot be carried over says why, and points at it.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { native } from '../../../../test/policySet.ts';
import { judge } from '../../../evaluate.ts';
import { compilePolicies } from '../../compile.ts';
import { defaultConfiguration } from '../../configuration.ts';
import { readPolicies } from '../../read.ts';
import { exportAdmission } from '../exportAdmission.ts';
import { importPolicies } from './index.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Written {
  readonly policy: string;
  /** Objects and what is found in each: messages, `[]` for none. */
  readonly finds?: readonly (readonly [object: Fields, messages: readonly string[]])[];
  /** The reason why it is refused; `¦` in the policy stands where the place is. */
  readonly refused?: string;
  /** Why the API server cannot be told. */
  readonly stays?: string;
}

const object = (apiVersion: string, kind: string, more: Fields = {}, metadata: Fields = {}): Fields => ({
  apiVersion,
  kind,
  metadata: { name: 'web', ...metadata },
  ...more,
});
const pod = (spec: Fields, metadata: Fields = {}) => object('v1', 'Pod', { spec }, metadata);
const workload = (kind: string, spec: Fields, metadata: Fields = {}, template: Fields = {}) =>
  object(kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, { spec: { template: { metadata: template, spec } } }, metadata);
const deployment = (spec: Fields, metadata: Fields = {}) => object('apps/v1', 'Deployment', { spec }, metadata);
const service = (spec: Fields, metadata: Fields = {}) => object('v1', 'Service', { spec }, metadata);
const image = (name: string) => ({ containers: [{ name: 'main', image: name }] });

const admission = (spec: string): string =>
  `apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata:\n  name: one\nspec:\n${indented(spec)}`;
const binding = (spec = ''): string =>
  `---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata:\n  name: one\nspec:\n  policyName: one\n  validationActions: [Deny]\n${indented(spec)}`;
const validating = (spec: string): string =>
  `apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata:\n  name: one\nspec:\n${indented(spec)}`;
const cluster = (rule: string, more = '', annotations = ''): string =>
  `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: one\n${annotations === '' ? '' : `  annotations: { ${annotations} }\n`}spec:\n${indented(more)}  rules:\n  - name: first\n${indented(rule, 4)}`;

function indented(text: string, by = 2): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `${' '.repeat(by)}${line}\n`)
    .join('');
}

const on = (group: string, plural: string, more = '') =>
  `matchConstraints:\n  resourceRules:\n  - { apiGroups: ["${group}"], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [${plural}] }\n${more}`;
const kinds = (...names: readonly string[]) =>
  `match: { any: [{ resources: { kinds: [${names.map((name) => `"${name}"`).join(', ')}] } }] }`;
const cel = (expression: string, more = '') =>
  `validate:\n  message: never\n  cel:\n    expressions:\n    - expression: ${JSON.stringify(expression)}\n${indented(more, 4)}`;

const cases: Readonly<Record<string, Written>> = {
  // --- ValidatingAdmissionPolicy
  'replicas are bounded by a parameter of a kind of its own': {
    policy: `${admission(`failurePolicy: Fail
paramKind: { apiVersion: rules.example.com/v1, kind: ReplicaLimit }
${on('apps', 'deployments')}validations:
- expression: "object.spec.replicas <= params.maxReplicas"
  messageExpression: "'object.spec.replicas must be no greater than ' + string(params.maxReplicas)"
  reason: Invalid`)}${binding('paramRef: { name: limit, parameterNotFoundAction: Deny }')}---
apiVersion: rules.example.com/v1
kind: ReplicaLimit
metadata: { name: limit }
maxReplicas: 3
`,
    finds: [
      [deployment({ replicas: 4 }), ['object.spec.replicas must be no greater than 3']],
      [deployment({ replicas: 3 }), []],
      [object('apps/v1', 'StatefulSet', { spec: { replicas: 4 } }), []],
    ],
  },
  'a parameter may be missing': {
    policy: `${admission(`paramKind: { apiVersion: v1, kind: ConfigMap }
${on('apps', 'deployments')}validations:
- expression: "params == null || !has(params.data.team) || object.metadata.labels.team == params.data.team"
  message: wrong team`)}${binding('paramRef: { name: teams, namespace: default, parameterNotFoundAction: Allow }')}---
apiVersion: v1
kind: ConfigMap
metadata: { name: teams, namespace: default }
data: { team: shop }
`,
    finds: [
      [deployment({}, { labels: { team: 'shop' } }), []],
      [deployment({}, { labels: { team: 'bank' } }), ['wrong team']],
    ],
  },
  'parameters that are elsewhere': {
    policy: `${admission(`paramKind: { apiVersion: v1, kind: ConfigMap }
${on('apps', 'deployments')}validations:
- expression: "object.spec.replicas <= int(¦params.data.most)"`)}${binding('paramRef: { name: limits, parameterNotFoundAction: Deny }')}`,
    refused: 'it reads `params`, and the object that holds them is not in the file',
  },
  'the labels of the namespace': {
    policy: admission(`${on('apps', 'deployments')}validations:
- expression: "object.spec.replicas < 2 || ¦namespaceObject.metadata.labels['environment'] == 'prod'"`),
    refused: 'it reads `namespaceObject`: a file does not say what its namespace is like',
  },
  'who sends it': {
    policy: admission(`${on('', 'pods')}matchConditions:
- name: people
  expression: "!¦request.userInfo.username.startsWith('system:serviceaccount:')"
validations:
- expression: "false"`),
    refused: 'it reads `request`: a file does not say who sends it, or how',
  },
  'what somebody may do': {
    policy: admission(`${on('', 'pods')}validations:
- expression: "¦authorizer.group('').resource('pods').namespace('default').check('delete').allowed()"`),
    refused: 'it reads `authorizer`: there is nobody to ask for permissions',
  },
  'what it was before, in a variable that is read': {
    policy: admission(`${on('apps', 'deployments')}variables:
- name: old
  expression: "has(¦oldObject.spec) ? oldObject.spec.replicas : 0"
validations:
- expression: "object.spec.replicas >= variables.old"`),
    refused: 'it reads `oldObject`: a file has no earlier version',
  },
  'dry runs': {
    policy: admission(`${on('apps', 'deployments')}matchConditions:
- name: real
  expression: "¦request.dryRun == false"
validations:
- expression: "false"`),
    refused: 'it reads `request`: a file does not say who sends it, or how',
  },
  'what a request says that a file says as well': {
    policy: admission(`matchConstraints:
  resourceRules:
  - { apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }
matchConditions:
- { name: operation, expression: "request.operation in ['CREATE', 'UPDATE'] && request.subResource == ''" }
- { name: rbac, expression: "request.resource.group != 'rbac.authorization.k8s.io' && request.kind.version == 'v1'" }
validations:
- expression: "request.namespace != 'default' || request.kind.kind == 'Service'"
  messageExpression: "request.name + ' is in ' + request.namespace + ' as ' + request.object.kind"`),
    finds: [
      [object('v1', 'ConfigMap', {}, { namespace: 'default' }), ['web is in default as ConfigMap']],
      [object('apps/v1', 'Deployment', {}, { namespace: 'default' }), ['web is in default as Deployment']],
      [object('apps/v1beta1', 'Deployment', {}, { namespace: 'default' }), []],
      [object('rbac.authorization.k8s.io/v1', 'Role', {}, { namespace: 'default' }), []],
      [service({}, { namespace: 'default' }), []],
      [object('v1', 'ConfigMap', {}, { namespace: 'shop' }), []],
    ],
  },
  'what the API calls a kind': {
    policy: admission(`${on('', 'pods')}matchConditions:
- { name: leases, expression: "¦request.resource.resource != 'leases'" }
validations: [{ expression: "false" }]`),
    refused: 'it reads `request`: a file says the kind, and not what the API calls it',
  },
  'what the request replaces': {
    policy: admission(
      `${on('', 'pods')}validations: [{ expression: "¦request.oldObject.spec == request.object.spec" }]`,
    ),
    refused: 'it reads `request`: a file has no earlier version',
  },
  'whether a request says something': {
    policy: admission(`${on('', 'pods')}validations: [{ expression: "has(¦request.namespace)" }]`),
    refused: 'it reads `request`: a file does not say who sends it, or how',
  },
  'a rule without versions': {
    policy: `${admission(`matchConstraints:
  resourceRules:
  - { apiGroups: [batch], operations: [CREATE], resources: [cronjobs] }
validations: [{ expression: "false" }]`).replace('- {', '- ¦{')}`,
    refused: '`spec.matchConstraints.resourceRules.0.apiVersions`: `apiVersions` is missing',
  },
  'a subresource alone': {
    policy: admission(`${on('', '¦pods/exec')}validations:
- expression: "false"`),
    refused: '`pods/exec` is no object that a file holds',
  },
  'an update alone': {
    policy: admission(`matchConstraints:
  resourceRules:
  - { apiGroups: [""], apiVersions: [v1], operations: ¦[UPDATE, DELETE], resources: [pods] }
validations:
- expression: "false"`),
    refused: 'it is asked on UPDATE and DELETE alone, and a file says what is to be created',
  },
  'kinds nobody knows': {
    policy: admission(`${on('example.com', '¦gadgets')}validations:
- expression: "object.spec.size < 3"`),
    refused: 'the kind behind `gadgets` is not known: a CustomResourceDefinition in the same file says it',
  },
  'a kind of its own that is scoped, excluded by name and by label': {
    policy: `${admission(`matchConstraints:
  resourceRules:
  - { apiGroups: [example.com], apiVersions: ["*"], operations: ["*"], resources: [gadgets], scope: Namespaced }
  excludeResourceRules:
  - { apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [gadgets], resourceNames: [old] }
  objectSelector: { matchExpressions: [{ key: rules/skip, operator: DoesNotExist }] }
validations:
- expression: "object.spec.size < 3"
  message: too large`)}---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gadgets.example.com }
spec: { group: example.com, scope: Namespaced, names: { kind: Gadget, plural: gadgets }, versions: [] }
`,
    finds: [
      [object('example.com/v1', 'Gadget', { spec: { size: 4 } }), ['too large']],
      [object('example.com/v1beta1', 'Gadget', { spec: { size: 4 } }), ['too large']],
      [object('example.com/v1', 'Gadget', { spec: { size: 2 } }), []],
      [object('example.com/v1', 'Gadget', { spec: { size: 4 } }, { name: 'old' }), []],
      [object('example.com/v1', 'Gadget', { spec: { size: 4 } }, { labels: { 'rules/skip': 'yes' } }), []],
      [object('other.com/v1', 'Gadget', { spec: { size: 4 } }), []],
    ],
  },
  'an exact version': {
    policy: admission(`matchConstraints:
  matchPolicy: Exact
  resourceRules:
  - { apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [cronjobs] }
validations:
- expression: "object.spec.concurrencyPolicy == 'Forbid'"
  message: may overlap`),
    finds: [
      [object('batch/v1', 'CronJob', { spec: { concurrencyPolicy: 'Allow' } }), ['may overlap']],
      [object('batch/v1beta1', 'CronJob', { spec: { concurrencyPolicy: 'Allow' } }), []],
      [object('batch/v1', 'CronJob', { spec: { concurrencyPolicy: 'Forbid' } }), []],
    ],
  },
  'any version of several kinds': {
    policy: admission(`matchConstraints:
  resourceRules:
  - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }
  - { apiGroups: [autoscaling], apiVersions: [v1], operations: [CREATE], resources: [horizontalpodautoscalers] }
validations:
- expression: "has(object.metadata.labels)"
  message: no labels`),
    finds: [
      [object('autoscaling/v2', 'HorizontalPodAutoscaler'), ['no labels']],
      [deployment({}), ['no labels']],
      [service({}), []],
    ],
  },
  'messages, the first of which nothing computes': {
    policy: admission(`${on('', 'services')}validations:
- expression: "object.spec.type != 'NodePort'"
  message: "no {node} ports"
- expression: "!has(object.spec.externalIPs) || object.spec.externalIPs.all(ip, ip.startsWith('10.'))"
  messageExpression: "'not inside: ' + object.spec.externalIPs.filter(ip, !ip.startsWith('10.')).join(', ')"`),
    finds: [
      [service({ type: 'NodePort' }), ['no {node} ports']],
      [
        service({ type: 'ClusterIP', externalIPs: ['1.2.3.4', '10.0.0.1', '5.6.7.8'] }),
        ['not inside: 1.2.3.4, 5.6.7.8'],
      ],
      [service({ type: 'NodePort', externalIPs: ['1.1.1.1'] }), ['no {node} ports', 'not inside: 1.1.1.1']],
    ],
  },
  'a message that is formatted from values of several types': {
    policy: admission(`${on('apps', 'deployments')}validations:
- expression: "object.spec.replicas < 3"
  messageExpression: "'%s has more than %d'.format([object.metadata.name, 2])"`),
    finds: [[deployment({ replicas: 3 }), ['web has more than 2']]],
  },
  'comments in every expression': {
    policy: admission(`${on('apps', 'deployments')}matchConditions:
- name: shop
  expression: |
    object.metadata.namespace == 'shop' // only there
- name: not-small
  expression: |
    // what is small is let be
    !object.metadata.name.endsWith('-small') // so
variables:
- name: most
  expression: |
    3 // at most
validations:
- expression: |
    object.spec.replicas <= variables.most // enough
  message: too many`),
    finds: [
      [deployment({ replicas: 4 }, { namespace: 'shop' }), ['too many']],
      [deployment({ replicas: 4 }, { namespace: 'bank' }), []],
      [deployment({ replicas: 4 }, { namespace: 'shop', name: 'web-small' }), []],
    ],
  },
  'alternatives and a choice as conditions': {
    policy: admission(`${on('', 'services')}matchConditions:
- { name: a, expression: "object.metadata.name == 'a' || object.metadata.name == 'b'" }
- { name: b, expression: "has(object.spec.type) ? object.spec.type != 'ClusterIP' : false" }
validations: [{ expression: "has(object.metadata.labels)", message: bare }]`),
    finds: [
      [service({ type: 'NodePort' }, { name: 'a' }), ['bare']],
      [service({ type: 'ClusterIP' }, { name: 'b' }), []],
      [service({ type: 'NodePort' }, { name: 'c' }), []],
    ],
  },
  'variables within variables and macros': {
    policy: admission(`${on('apps', 'deployments')}variables:
- { name: all, expression: "object.spec.template.spec.containers + object.spec.template.spec.?initContainers.orValue([])" }
- { name: bad, expression: "variables.all.filter(self, !self.image.contains('@sha256:')).map(self, self.name)" }
validations:
- expression: "size(variables.bad) == 0"
  messageExpression: "'without digest: ' + variables.bad.join(', ')"`),
    finds: [
      [
        deployment({
          template: { spec: { ...image('a:1'), initContainers: [{ name: 'init', image: 'b@sha256:c' }] } },
        }),
        ['without digest: main'],
      ],
      [deployment({ template: { spec: image('a@sha256:b') } }), []],
    ],
  },
  "Kubernetes' own libraries": {
    policy: admission(`${on('', 'pods')}validations:
- expression: "object.spec.containers.all(c, !has(c.resources.limits.memory) || quantity(c.resources.limits.memory).isLessThan(quantity('2Gi')))"
  message: too much memory
- expression: "!has(object.metadata.annotations) || object.metadata.annotations.all(key, key != 'callback' || isURL(object.metadata.annotations[key]) && url(object.metadata.annotations[key]).getScheme() == 'https')"
  message: no https
- expression: "!has(object.spec.hostAliases) || object.spec.hostAliases.all(a, cidr('10.0.0.0/8').containsIP(a.ip))"
  message: an alias outside`),
    finds: [
      [pod({ containers: [{ name: 'a', resources: { limits: { memory: '3Gi' } } }] }), ['too much memory']],
      [pod({ containers: [{ name: 'a', resources: { limits: { memory: '512Mi' } } }] }), []],
      [pod({ containers: [] }, { annotations: { callback: 'http://a' } }), ['no https']],
      [pod({ containers: [] }, { annotations: { callback: 'https://a' } }), []],
      [pod({ containers: [], hostAliases: [{ ip: '10.2.3.4' }, { ip: '192.168.0.1' }] }), ['an alias outside']],
    ],
  },
  'a function that there is not': {
    policy: admission(`${on('', 'pods')}validations:
- expression: "¦parseImage(object.spec.containers[0].image) != null"`),
    refused: 'unknown function "parseImage"',
  },
  'a field that its kind has not': {
    policy: admission(`${on('', 'pods')}validations:
- expression: "object.metadata.¦lables.size() > 0"`),
    refused: 'ObjectMeta has no field "lables" (did you mean "labels"?)',
  },
  'two bindings': {
    policy: `${admission(`¦${on('', 'pods')}validations: [{ expression: "false" }]`)
      .replace('name: one\n', 'name: ¦one\n')
      .replace('¦match', 'match')}${binding()}${binding().replace('name: one', 'name: other')}`,
    refused: 'several bindings put it in force in different ways',
  },
  'a binding that narrows by the name of a namespace': {
    policy: `${admission(`${on('', 'services')}validations: [{ expression: "object.spec.type != 'LoadBalancer'", message: no balancers }]`)}${binding('matchResources: { namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: In, values: [shop, bank] }] } }')}`,
    finds: [
      [service({ type: 'LoadBalancer' }, { namespace: 'bank' }), ['no balancers']],
      [service({ type: 'LoadBalancer' }, { namespace: 'other' }), []],
    ],
  },
  // --- Kyverno's ValidatingPolicy
  'a ValidatingPolicy on pods is for templates too': {
    policy: validating(`${on('', 'pods')}validations:
- expression: "!object.spec.?hostNetwork.orValue(false)"
  message: host network`),
    finds: [
      [pod({ hostNetwork: true }), ['host network']],
      [workload('Deployment', { hostNetwork: true }), ['host network']],
      [workload('Job', { hostNetwork: false }), []],
    ],
  },
  'who sends it is the workload, where its template is judged': {
    policy: validating(`${on('', 'pods')}validations:
- expression: "request.name == object.metadata.labels.app"
  message: other label`),
    finds: [
      [workload('Deployment', {}, { name: 'a' }, { labels: { app: 'a' } }), []],
      [workload('Deployment', {}, { name: 'a' }, { labels: { app: 'b' } }), ['other label']],
      [pod({}, { name: 'a', labels: { app: 'a' } }), []],
    ],
  },
  'a ValidatingPolicy on pods alone': {
    policy: validating(`autogen: { podControllers: { controllers: [] } }
${on('', 'pods')}validations:
- expression: "!object.spec.?hostNetwork.orValue(false)"
  message: host network`),
    finds: [
      [pod({ hostNetwork: true }), ['host network']],
      [workload('Deployment', { hostNetwork: true }), []],
    ],
  },
  'a ValidatingPolicy on pods of certain labels is not for templates': {
    policy: validating(`${on('', 'pods', '  objectSelector: { matchLabels: { app: web } }\n')}validations:
- expression: "!object.spec.?hostNetwork.orValue(false)"
  message: host network`),
    finds: [
      [pod({ hostNetwork: true }, { labels: { app: 'web' } }), ['host network']],
      [pod({ hostNetwork: true }), []],
      [workload('Deployment', { hostNetwork: true }, { labels: { app: 'web' } }, { labels: { app: 'web' } }), []],
    ],
  },
  'a ValidatingPolicy with conditions of its webhook': {
    policy: validating(`webhookConfiguration: { timeoutSeconds: 5, matchConditions: ¦[{ name: a, expression: "true" }] }
${on('', 'pods')}validations: [{ expression: "false" }]`),
    refused: 'conditions of a webhook are not carried over',
  },
  'a ValidatingPolicy that looks into the cluster': {
    policy: validating(`${on('', 'pods')}variables:
- name: cm
  expression: "¦resource.Get('v1', 'configmaps', 'kube-system', 'rules')"
validations: [{ expression: "variables.cm.data.on == 'yes'" }]`),
    refused: 'it reads `resource`: it looks into a cluster',
  },
  'a ValidatingPolicy that takes images apart': {
    policy: validating(`${on('', 'pods')}validations:
- expression: "¦images.containers.map(i, i).all(i, i.registry() == 'ghcr.io')"`),
    refused: 'it reads `images`: it takes images apart as only Kyverno does',
  },
  "a ValidatingPolicy with a library of Kyverno's": {
    policy: validating(`${on('', 'pods')}validations:
- expression: "¦json.unmarshal(object.metadata.annotations.data).on == true"`),
    refused: 'it reads `json`: a library that only Kyverno has',
  },
  "a ValidatingPolicy with Kyverno's images": {
    policy: validating(`${on('', 'pods')}validations:
- expression: "object.spec.containers.all(c, ¦image(c.image).registry() == 'ghcr.io')"`),
    refused: 'it calls image(): it takes images apart as only Kyverno does',
  },
  // --- Kyverno's ClusterPolicy
  'kinds in any group': {
    policy: cluster(`${kinds('Service')}\n${cel("object.spec.type != 'NodePort'")}`),
    finds: [
      [service({ type: 'NodePort' }), ['never']],
      [object('serving.knative.dev/v1', 'Service', { spec: { type: 'NodePort' } }), ['never']],
      [deployment({ type: 'NodePort' }), []],
    ],
  },
  'kinds of a version, of any group': {
    policy: cluster(`${kinds('v1/Service')}\n${cel("object.spec.type != 'NodePort'")}`),
    finds: [
      [service({ type: 'NodePort' }), ['never']],
      [object('serving.knative.dev/v1', 'Service', { spec: { type: 'NodePort' } }), ['never']],
      [object('serving.knative.dev/v1beta1', 'Service', { spec: { type: 'NodePort' } }), []],
    ],
  },
  'kinds of a group, in any version': {
    policy: cluster(`${kinds('apps/*/Deployment', '*/StatefulSet')}\n${cel('object.spec.replicas < 3')}`),
    finds: [
      [object('apps/v1beta1', 'Deployment', { spec: { replicas: 3 } }), ['never']],
      [object('extensions/v1beta1', 'Deployment', { spec: { replicas: 3 } }), []],
      [object('apps/v1', 'StatefulSet', { spec: { replicas: 3 } }), ['never']],
    ],
  },
  'kinds with wildcards': {
    policy: cluster(`${kinds('*Set', 'networking.k8s.io/*/*')}\n${cel('has(object.metadata.labels)')}`),
    finds: [
      [object('apps/v1', 'StatefulSet'), ['never']],
      [object('networking.k8s.io/v1', 'Ingress'), ['never']],
      [deployment({}), []],
      [object('apps/v1', 'StatefulSet', {}, { labels: {} }), []],
    ],
  },
  'all kinds': {
    policy: cluster(`${kinds('*')}\n${cel('has(object.metadata.labels)')}`),
    finds: [
      [service({}), ['never']],
      [object('example.com/v1', 'Widget', {}, { labels: { a: 'b' } }), []],
    ],
  },
  'a subresource of Kyverno': {
    policy: cluster(`match: { any: [{ resources: { kinds: [¦Pod/exec] } }] }\n${cel('false')}`),
    refused: '`Pod/exec` is no object that a file holds',
  },
  'pods and their templates, of named controllers': {
    policy: cluster(
      `${kinds('Pod')}\n${cel('!has(object.spec.hostPID)')}`,
      '',
      'pod-policies.kyverno.io/autogen-controllers: "Deployment,Job"',
    ),
    finds: [
      [pod({ hostPID: true }), ['never']],
      [workload('Deployment', { hostPID: true }), ['never']],
      [workload('StatefulSet', { hostPID: true }), []],
    ],
  },
  'pods in a version, whose templates Kyverno does not judge': {
    policy: cluster(`${kinds('v1/Pod')}\n${cel('!has(object.spec.hostPID)')}`),
    finds: [
      [pod({ hostPID: true }), ['never']],
      [workload('Deployment', { hostPID: true }), []],
    ],
  },
  'pods beside something else': {
    policy: cluster(
      `match: ¦{ any: [{ resources: { kinds: [Pod] } }, { resources: { kinds: [Service] } }] }\n${cel('has(object.spec)')}`,
    ),
    refused: 'Kyverno judges by it what makes pods as well, and beside pods it is for `Service`',
  },
  'names with wildcards, also where they are generated': {
    policy: cluster(
      `match: { any: [{ resources: { kinds: [Job], names: ["load-*", exact] } }] }\n${cel('has(object.metadata.labels)')}`,
    ),
    finds: [
      [object('batch/v1', 'Job', {}, { name: 'load-1' }), ['never']],
      [{ apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'load-' } }, ['never']],
      [object('batch/v1', 'Job', {}, { name: 'upload-1' }), []],
    ],
  },
  'a namespace is in itself': {
    policy: cluster(
      `match: { any: [{ resources: { kinds: [Namespace, ConfigMap], namespaces: ["shop-*"] } }] }\n${cel('has(object.metadata.labels)')}`,
    ),
    finds: [
      [object('v1', 'Namespace', {}, { name: 'shop-1' }), ['never']],
      [object('v1', 'Namespace', {}, { name: 'bank' }), []],
      [object('v1', 'ConfigMap', {}, { name: 'a', namespace: 'shop-2' }), ['never']],
      [object('v1', 'ConfigMap', {}, { name: 'shop-3', namespace: 'bank' }), []],
    ],
  },
  'annotations and labels with wildcards': {
    policy: cluster(
      `match: { all: [{ resources: { kinds: [Service], annotations: { owner: "team-*", on: "*" }, selector: { matchLabels: { app: "web?" } } } }] }\n${cel("object.spec.type != 'NodePort'")}`,
    ),
    finds: [
      [service({ type: 'NodePort' }, { annotations: { owner: 'team-a', on: '' }, labels: { app: 'web1' } }), ['never']],
      [service({ type: 'NodePort' }, { annotations: { owner: 'team-a' }, labels: { app: 'web1' } }), []],
      [service({ type: 'NodePort' }, { annotations: { owner: 'me', on: '1' }, labels: { app: 'web1' } }), []],
      [service({ type: 'NodePort' }, { annotations: { owner: 'team-a', on: '1' }, labels: { app: 'web' } }), []],
    ],
  },
  'who is excluded': {
    policy: cluster(`${kinds('Service')}\nexclude: { any: [{ clusterRoles: ¦[cluster-admin] }] }\n${cel('false')}`),
    refused: 'it goes by who sends the object, which a file does not say',
  },
  'labels of a namespace in Kyverno': {
    policy: cluster(
      `match: { any: [{ resources: { kinds: [Service], namespaceSelector: ¦{ matchLabels: { a: b } } } }] }\n${cel('false')}`,
    ),
    refused: 'it goes by the labels of a namespace, which a file does not say',
  },
  'enforced otherwise in some namespaces': {
    policy: cluster(
      `${kinds('Service')}\nvalidate:\n  failureActionOverrides: ¦[{ action: Audit, namespaces: [a] }]\n  message: never\n  cel: { expressions: [{ expression: "false" }] }`,
    ),
    refused: 'in some namespaces it is enforced in another way',
  },
  "parameters of a ClusterPolicy's CEL": {
    policy: `${cluster(`${kinds('apps/v1/Deployment')}\n${cel('object.spec.replicas <= int(params.data.most)', 'paramKind: { apiVersion: v1, kind: ConfigMap }\nparamRef: { name: limits, namespace: default, parameterNotFoundAction: Deny }')}`)}---
apiVersion: v1
kind: ConfigMap
metadata: { name: limits, namespace: default }
data: { most: "2" }
`,
    finds: [
      [deployment({ replicas: 3 }), ['never']],
      [deployment({ replicas: 2 }), []],
    ],
  },
  'a precondition in CEL that does not hold here': {
    policy: cluster(
      `${kinds('Service')}\ncelPreconditions:\n- { name: a, expression: "¦oldObject == null" }\n${cel('false')}`,
    ),
    refused: 'it reads `oldObject`: a file has no earlier version',
  },
  'a context': {
    policy: cluster(
      `${kinds('Service')}\ncontext: ¦[{ name: a, configMap: { name: b, namespace: c } }]\n${cel('false')}`,
    ),
    refused: 'its `context` looks elsewhere than into the object',
  },
  'a loop': {
    policy: cluster(
      `${kinds('Service')}\nvalidate:\n  message: never\n  foreach: ¦[{ list: request.object.spec.ports, deny: {} }]`,
    ),
    refused: '`validate.foreach` is not carried over: CEL and patterns are',
  },
  "a message with Kyverno's own words": {
    policy: cluster(
      `${kinds('Service')}\nvalidate: { message: ¦"not {{ request.object.metadata.name }}", pattern: { spec: { type: ClusterIP } } }`,
    ),
    refused: 'Kyverno or a template fills this in, and here nothing does',
  },
  'a filter that says nothing': {
    policy: cluster(`match: { any: ¦[{ resources: {} }] }\n${cel('false')}`).replace('¦[', '[¦'),
    refused: 'it says nothing, and Kyverno takes that for no object',
  },
  'everything is left out': {
    policy: cluster(`${kinds('Service')}\nexclude: ¦{ any: [{ resources: { kinds: ["*"] } }] }\n${cel('false')}`),
    refused: 'everything is excluded',
  },
  'everything is left out by the API server': {
    policy: admission(`matchConstraints:
  resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  excludeResourceRules: ¦[{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }]
validations: [{ expression: "false" }]`),
    refused: 'everything is excluded',
  },
  'the first of several rules that applies': {
    policy: cluster(`${kinds('Service')}\n${cel('false')}`, 'applyRules: ¦One').concat(
      `  - name: second\n${indented(`${kinds('Service')}\n${cel('true')}`, 4)}`,
    ),
    refused: 'which of its rules is the first that applies is not asked here',
  },
  'conditions in CEL of a pattern': {
    policy: cluster(
      `${kinds('Service')}\ncelPreconditions: ¦[{ name: a, expression: "true" }]\nvalidate: { message: never, pattern: { spec: { type: ClusterIP } } }`,
    ),
    refused: 'they go with `validate.cel` alone',
  },
  'a pattern that is no map in a list': {
    policy: cluster(`${kinds('Service')}\nvalidate: { message: never, pattern: { spec: { ports: ¦[80] } } }`),
    refused: 'a list is carried over where its one element is a map',
  },
  'an existence anchor beside a list': {
    policy: cluster(`${kinds('Service')}\nvalidate: { message: never, pattern: { "^(spec)": ¦a } }`),
    refused: 'an existence anchor is for a list',
  },
  'a pattern that refers to another': {
    policy: cluster(`${kinds('Service')}\nvalidate: { message: never, pattern: { a: ¦"$(./../b)" } }`),
    refused: 'it refers to another value',
  },
  'a variable that grows': {
    policy: admission(`${on('', 'pods')}variables:
- { name: a, expression: "object.metadata.name + object.metadata.name + object.metadata.name + object.metadata.name" }
${'bcdef'
  .split('')
  .map((name, index) => {
    const before = `variables.${'abcde'[index]}`;
    return `- { name: ${name}, expression: ${name === 'e' ? '¦' : ''}"${[before, before, before, before, before].join(' + ')}" }\n`;
  })
  .join('')}validations: [{ expression: "variables.f == 'a'" }]`),
    refused: 'with its variables put in it becomes too long',
  },
  mutation: {
    policy: cluster(`${kinds('Service')}\nmutate: ¦{ patchStrategicMerge: { metadata: { labels: { a: b } } } }`),
    refused: 'it changes objects, and Kerb judges them',
  },
  'signatures of images': {
    policy: cluster(`${kinds('Pod')}\nverifyImages: ¦[{ imageReferences: ["ghcr.io/*"] }]`),
    refused: 'it asks a registry',
  },
  'a pattern with conditions, negations and lists': {
    policy: cluster(
      `${kinds('Pod')}\nvalidate:\n  message: never\n  pattern:\n    spec:\n      =(hostNetwork): false\n      containers:\n      - image: "ghcr.io/* | quay.io/*"\n        =(securityContext): { =(privileged): false }`,
    ),
    finds: [
      [pod(image('ghcr.io/a')), []],
      [pod(image('docker.io/a')), ['never']],
      [workload('Deployment', { ...image('quay.io/a'), hostNetwork: true }), ['never']],
      [pod({ containers: [{ name: 'a', image: 'quay.io/a', securityContext: { privileged: true } }] }), ['never']],
    ],
    stays: "the API server's CEL has no textOf()",
  },
};

describe('is judged as there', () => {
  for (const [name, { policy, finds, refused, stays }] of Object.entries(cases))
    test(name, () => {
      const text = policy.replace('¦', '');
      const found = importPolicies({ file: { path: 'in.yaml', text }, domain: 'imported', native });
      if (refused !== undefined) {
        const before = policy.slice(0, policy.indexOf('¦')).split('\n');
        assert.deepEqual(
          found.map((one) => (one.kind === 'refused' ? [one.reason, one.position] : one.yaml)),
          [[refused, { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }]],
        );
        return;
      }
      const policies = found.map((one) => {
        assert.ok(one.kind === 'imported', one.kind === 'refused' ? one.reason : '');
        return { id: one.id, text: one.yaml };
      });
      for (const [judged, messages] of finds ?? [])
        assert.deepEqual(messagesIn(judged, policies), messages, JSON.stringify(judged));
      for (const form of ['vap', 'kyverno'] as const)
        if (stays === undefined)
          assert.deepEqual(
            policies.flatMap((one) => returned(one, form)),
            policies,
          );
        else
          assert.deepEqual(
            policies.map((one) => exported(one, form)),
            [{ kind: 'refused', reason: stays }],
          );
    });
});

interface Text {
  readonly id: string;
  readonly text: string;
}

function compiled(policies: readonly Text[]) {
  const read = readPolicies(policies.map(({ id, text }) => ({ id, path: `${id}.yaml`, text })));
  return compilePolicies(read.policies, defaultConfiguration, native);
}

function messagesIn(judged: Fields, policies: readonly Text[]): readonly string[] {
  const context = { gate: 'check', date: '2026-01-01' };
  const file = { path: 'a.yaml', text: JSON.stringify(judged) };
  return judge(file, { policies: compiled(policies), native, context }).findings.map(({ message }) => message);
}

function exported(policy: Text, form: 'vap' | 'kyverno') {
  const [enabled] = compiled([policy]).policies;
  assert.ok(enabled !== undefined);
  return exportAdmission({ ...enabled, form, native });
}

function returned(policy: Text, form: 'vap' | 'kyverno'): readonly Text[] {
  const there = exported(policy, form);
  assert.ok(there.kind === 'exported', there.kind === 'refused' ? there.reason : '');
  return importPolicies({ file: { path: 'out.yaml', text: there.yaml }, domain: 'imported', native }).map((one) => {
    assert.ok(one.kind === 'imported', one.kind === 'refused' ? one.reason : '');
    return { id: one.id, text: one.yaml };
  });
}
