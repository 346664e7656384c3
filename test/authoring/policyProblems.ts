/** What is said of a policy's file: where, the stretch that is marked, and the words. */

/** Keys over the defaults of `policyText`; each problem as `line:column «marked» message`. */
export interface PolicyProblem {
  readonly keys: string;
  readonly without?: readonly string[];
  readonly id?: string;
  readonly says: readonly string[];
}

export const policyProblems: readonly PolicyProblem[] = [
  {
    keys: 'resource: kubernetes.object\nrequire: "true"',
    without: ['title'],
    says: ['1:1 «severity: high» `title` is missing'],
  },
  {
    keys: 'title: 3\nresource: kubernetes.object\nrequire: "true"',
    says: ['6:8 «3» expected text in quotes'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\ntitel: x',
    says: ['9:1 «titel» unknown key; did you mean "title"?'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nxyzzy: 1',
    says: [
      '9:1 «xyzzy» unknown key; the keys here are title, severity, enforcement, why, remedy, owners, adopted, review, controls, equivalents, references, resource, where, each, require, pattern, secret, rego, parameters, mark, masks, message, fix',
    ],
  },
  {
    keys: 'severity: hgh\nresource: kubernetes.object\nrequire: "true"',
    says: ['6:11 «hgh» expected one of info, low, medium, high, critical; did you mean "high"?'],
  },
  {
    keys: 'severity: [low]\nresource: kubernetes.object\nrequire: "true"',
    says: ['6:11 «[low]» expected one of info, low, medium, high, critical'],
  },
  {
    keys: 'title: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nresource: kubernetes.object\nrequire: "true"',
    says: [
      '6:8 «xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx» at most 120 characters',
    ],
  },
  {
    keys: 'title: ""\nresource: kubernetes.object\nrequire: "true"',
    says: ['6:8 «""» at least 1 character'],
  },
  {
    keys: 'owners: []\nresource: kubernetes.object\nrequire: "true"',
    says: ['6:9 «[]» at least 1 element'],
  },
  {
    keys: 'owners: x\nresource: kubernetes.object\nrequire: "true"',
    says: ['6:9 «x» expected a list'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nreferences: [http://example.com]',
    says: ['9:14 «http://example.com» expected an address that begins with https://'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nadopted: 2026-13-01',
    says: ['9:10 «2026-13-01» expected a date like 2027-01-31'],
  },
  {
    keys: 'resource: 3\nrequire: "true"',
    says: ['7:11 «3» expected text or a list'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { Bad-Name: { type: int, default: 1, description: x } }',
    says: ['9:15 «Bad-Name» expected a name like maxReplicas'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: number, default: 1, description: x } }',
    says: ['9:26 «number» expected one of string, int, double, bool, list<string>, list<int>'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: int, default: x, description: x } }',
    says: ['9:40 «x» expected an integer'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: string, default: 1, description: x } }',
    says: ['9:43 «1» expected a text'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: double, default: x, description: x } }',
    says: ['9:43 «x» expected a number'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: bool, default: 1, description: x } }',
    says: ['9:41 «1» expected true or false'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: list<string>, default: 1, description: x } }',
    says: ['9:49 «1» expected a list of texts'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: list<int>, default: [a], description: x } }',
    says: ['9:46 «[a]» expected a list of integers'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: int, default: 1, minimum: 2, description: x } }',
    says: ['9:40 «1» expected at least 2'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: string, default: abc, maximum: 2, description: x } }',
    says: ['9:43 «abc» expected at most 2 characters'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: { a: { type: int, default: 1, minimum: x, description: x } }',
    says: ['9:52 «x» expected a number'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nparameters: []',
    says: ['9:13 «[]» expected a map'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nfix: { title: x, safe: perhaps, remove: a }',
    says: ['9:24 «perhaps» expected true or false'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nfix: { title: x, safe: true }',
    says: ['9:6 «{ title: x, safe: true }» a fix has exactly one of `remove`, `set`, `value` and `insert`'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nfix: { title: x, safe: true, remove: a, value: "1" }',
    says: [
      '9:6 «{ title: x, safe: true, remove: a, value: "1" }» a fix has exactly one of `remove`, `set`, `value` and `insert`',
    ],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nfix: { title: x, safe: true, value: "1 +" }',
    says: ['9:41 «» an expression is missing here'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nfix: { title: x, safe: true, insert: { before: "{self" } }',
    says: ['9:49 «{» this brace is never closed; CEL stands in { }'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nfix: { title: x, safe: true, insert: { beside: x } }',
    says: ['9:30 «insert» `before` is missing', '9:40 «beside» unknown key; the keys here are before, after'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nmark: a b',
    says: ['9:7 «a b» not a path: write it like securityContext.capabilities.drop[0] or annotations["a.b/c"]'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nmark: a[0]b',
    says: ['9:7 «a[0]b» not a path: a dot is missing between two keys'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nmark: [a, .b]',
    says: ['9:11 «.b» not a path: write it like securityContext.capabilities.drop[0] or annotations["a.b/c"]'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\ncontrols: [FOO/1]',
    says: [
      '9:12 «FOO/1» warning: unknown control; known families look like PSS/baseline, NHI5:2025, CSF/PR.PS-01, SP800-207/2.1, SSDF/PS.1.1, CIS/kubernetes-5.2.2, CWE/CWE-295, OWASP/A03:2021, OWASP/CICD-SEC-4, SLSA/build-l3, ATTACK/T1611',
    ],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\ncontrols: [CSF/PR.PS-1]',
    says: ['9:12 «CSF/PR.PS-1» warning: not an id of its family: write it like CSF/PR.PS-01'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nequivalents: [privileged]',
    says: ['9:15 «privileged» warning: an equivalent is written <tool>/<its rule id>'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nequivalents: [kyvrno/x]',
    says: ['9:15 «kyvrno/x» warning: unknown tool; did you mean "kyverno"?'],
  },
  {
    keys: 'require: "true"',
    says: [
      '1:1 «title: A rule for tests» `resource` is missing: say what is judged, one of kubernetes.object, kubernetes.pod, kubernetes.template, kubernetes.container, github.workflow, github.job, github.step, github.command, github.container, github.action, github.expression, docker.file, docker.stage, docker.instruction, docker.command, compose.service, npm.package, npm.workspace, npm.lock, npm.locked, npm.config, change.commit, change.message, change.file, change.push, code, text',
    ],
  },
  {
    keys: 'resource: kubernetes.contaner\nrequire: "true"',
    says: [
      '7:11 «kubernetes.contaner» unknown resource kind; did you mean "kubernetes.container"?; the kinds are kubernetes.object, kubernetes.pod, kubernetes.template, kubernetes.container, github.workflow, github.job, github.step, github.command, github.container, github.action, github.expression, docker.file, docker.stage, docker.instruction, docker.command, compose.service, npm.package, npm.workspace, npm.lock, npm.locked, npm.config, change.commit, change.message, change.file, change.push, code, text',
    ],
  },
  {
    keys: 'resource: kubernetes.object',
    says: ['1:1 «title: A rule for tests» a policy has exactly one of `require`, `pattern`, `secret` and `rego`'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nsecret: { keywords: [a], regex: a }',
    says: ['9:9 «{ keywords: [a], regex: a }» a policy has exactly one of `require`, `pattern`, `secret` and `rego`'],
  },
  {
    keys: 'resource: kubernetes.object\nrego: { entrypoint: main/deny }',
    says: [
      '8:7 «{ entrypoint: main/deny }» `bundle` is missing: `kerb rego build` puts it in, compiled from `source` by opa or taken from what `opa build -t wasm` wrote',
    ],
  },
  {
    keys: 'pattern: { language: go, rule: { pattern: f() } }\neach: a',
    says: ['8:7 «a» `each` goes with `require` only'],
  },
  {
    keys: 'pattern: { language: go, rule: { pattern: f() } }\nfix: { title: x, safe: true, remove: a }',
    says: ['8:38 «a» the fix of a `pattern` is written as `fix` in the pattern itself'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"',
    id: 'Bad/Id',
    says: [
      '1:1 «title: A rule for tests» a policy is named <domain>/<name>.yaml, in lower-case letters, digits and hyphens',
    ],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"',
    id: 'alone',
    says: [
      '1:1 «title: A rule for tests» a policy is named <domain>/<name>.yaml, in lower-case letters, digits and hyphens',
    ],
  },
  {
    keys: 'a: [',
    without: ['title', 'severity', 'why', 'remedy', 'owners', 'message'],
    says: [
      '2:1 «» A list in brackets is not closed here: `]` is missing, or what is in it is not indented further than its key.',
      '1:1 «a» unknown key; the keys here are title, severity, enforcement, why, remedy, owners, adopted, review, controls, equivalents, references, resource, where, each, require, pattern, secret, rego, parameters, mark, masks, message, fix',
    ],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: self.kind = "Pod"',
    says: ['8:20 «=» write == instead of ='],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "\'yes\'"',
    says: ['8:10 «"\'yes\'"» this expression must be true or false, not string'],
  },
  {
    keys: 'resource: kubernetes.object\nwhere: self.kind\nrequire: "true"',
    says: ['8:8 «self.kind» this expression must be true or false, not string'],
  },
  {
    keys: "resource: kubernetes.container\nrequire: self.imge != ''",
    says: ['8:15 «imge» Container has no field "imge" (did you mean "image"?)'],
  },
  {
    keys: "resource: kubernetes.container\nrequire: >-\n  self.image != ''\n  && self.nme != ''",
    says: ['10:11 «nme» Container has no field "nme" (did you mean "name"?)'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nmessage: "{self.metadata.nme} is wrong"',
    says: ['8:26 «nme» ObjectMeta has no field "nme" (did you mean "name"?)'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nmessage: "{self.kind"',
    says: ['8:11 «{» this brace is never closed; CEL stands in { }'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nwhere: params.most > 1',
    says: ['9:15 «most» params has no field "most"'],
  },
  {
    keys: 'resource: kubernetes.container\neach: prots\nrequire: item == key',
    says: ['8:7 «prots» Container has no field "prots"; did you mean "ports"?'],
  },
  {
    keys: 'resource: kubernetes.container\neach: [ports, image]\nrequire: item == key',
    says: ['8:15 «image» `each` goes through a list or a map, not string'],
  },
  {
    keys: 'resource: kubernetes.container\neach: image.tag\nrequire: item == key',
    says: ['8:7 «image.tag» string has no fields'],
  },
  {
    keys: 'resource: kubernetes.container\neach: ports\nrequire: item.hostport == 0',
    says: ['9:15 «hostport» ContainerPort has no field "hostport" (did you mean "hostPort"?)'],
  },
  {
    keys: 'resource: kubernetes.container\neach: ports\nrequire: item.hostPort == 0\nmark: hostport',
    says: ['10:7 «hostport» warning: ContainerPort has no field "hostport"; did you mean "hostPort"?'],
  },
  {
    keys: "resource: kubernetes.container\nrequire: self.image != ''\nmark: [image, securtyContext.privileged]",
    says: [
      '9:15 «securtyContext.privileged» warning: Container has no field "securtyContext"; did you mean "securityContext"?',
    ],
  },
  {
    keys: 'resource: [kubernetes.container, kubernetes.pod]\nrequire: "true"\nmark: [containers, image]',
    says: [],
  },
  {
    keys: 'pattern: { language: go, rule: { pattern: f($A) } }\nmessage: "{match.A} and {match.B}"',
    says: ['7:32 «B» match has no field "B" (did you mean "A"?)'],
  },
  {
    keys: 'secret: { keywords: [x], regex: x }\nmessage: "{match.text}"',
    says: ['7:18 «text» match has no field "text"'],
  },
  {
    keys: 'resource: kubernetes.object\nrequire: "true"\nmessage: "{item}"',
    says: ['8:12 «item» unknown variable "item"'],
  },
  {
    keys: 'pattern: { language: cobol, rule: { pattern: f() } }',
    says: ['7:22 «cobol» expected one of typescript, tsx, javascript, python, go, bash, java'],
  },
  {
    keys: 'pattern: { language: [], rule: { pattern: f() } }',
    says: ['7:22 «[]» at least 1 element'],
  },
  {
    keys: 'pattern: { language: go, rule: {} }',
    says: [
      '7:10 «{ language: go, rule: {} }» a rule needs one of `pattern`, `kind`, `regex`, `any`, `all`, `matches` to say which nodes it is about',
      '7:10 «{ language: go, rule: {} }» in go: `rule` is not configured correctly. Rule must have one positive matcher.',
    ],
  },
  {
    keys: 'pattern: { language: go, rule: { inside: { kind: block } } }',
    says: [
      '7:10 «{ language: go, rule: { inside: { kind: block } } }» a rule needs one of `pattern`, `kind`, `regex`, `any`, `all`, `matches` to say which nodes it is about',
    ],
  },
  {
    keys: 'pattern: { language: go, rule: { kind: nonsense } }',
    says: [
      '7:10 «{ language: go, rule: { kind: nonsense } }» in go: `rule` is not configured correctly. Rule contains invalid kind matcher. Invalid Kind Kind `nonsense` is invalid.',
    ],
  },
  {
    keys: 'pattern:\n  - { language: go, rule: { kind: block } }\n  - { language: go, rule: { kind: blok } }\n  - { language: go, rule: { has: { kind: block } } }',
    says: [
      '10:5 «{ language: go, rule: { has: { kind: block } } }» a rule needs one of `pattern`, `kind`, `regex`, `any`, `all`, `matches` to say which nodes it is about',
      '9:5 «{ language: go, rule: { kind: blok } }» in go: `rule` is not configured correctly. Rule contains invalid kind matcher. Invalid Kind Kind `blok` is invalid.',
    ],
  },
  {
    keys: "pattern: { language: go, rule: { pattern: 'f( {' } }",
    says: [
      "7:10 «{ language: go, rule: { pattern: 'f( {' } }» in go: a pattern is not code of this language by itself, so that it matches nothing; complete it, or write `context` and `selector`",
    ],
  },
  {
    keys: "pattern: { language: go, rule: { regex: '(' } }",
    says: [
      "7:10 «{ language: go, rule: { regex: '(' } }» in go: `rule` is not configured correctly. Rule contains invalid regex matcher. Parsing text matcher fails. regex parse error: ( ^ error: unclosed group",
    ],
  },
  {
    keys: 'pattern: { language: go, rule: { kind: block, sideways: 1 } }',
    says: [
      '7:10 «{ language: go, rule: { kind: block, sideways: 1 } }» in go: unknown field `sideways`, expected one of `pattern`, `kind`, `regex`, `nthChild`, `range`, `inside`, `has`, `precedes`, `follows`, `all`, `any`, `not`, `matches`',
    ],
  },
  {
    keys: "secret: { keywords: [a], regex: 'a(' }",
    says: ['7:35 «(» a group that is not closed'],
  },
  {
    keys: 'secret: { keywords: [a], regex: a, group: 2 }',
    says: ['7:33 «a» the pattern has no group 2'],
  },
  {
    keys: "secret: { keywords: [a], regex: a, before: '(?<=x)' }",
    says: ['7:45 «(» a kind of group that RE2 does not have'],
  },
  {
    keys: "secret: { keywords: [a], regex: a, allow: [b, 'c{3,1}'] }",
    says: ['7:49 «{» a repetition count that is not within 0 to 1000'],
  },
  {
    keys: 'secret: { keywords: [], regex: a }',
    says: ['7:21 «[]» at least 1 element'],
  },
  {
    keys: 'secret: { keywords: [a], regex: a, group: x }',
    says: ['7:43 «x» expected a number'],
  },
  {
    keys: 'secret: { keywords: [a], regex: a, entropy: 9 }',
    says: ['7:45 «9» at most 8'],
  },
  {
    keys: "secret: { keywords: [a], regex: '\\p{Nope}' }",
    says: ['7:34 «\\» invalid character class range'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "{{ request.object }}"',
    says: [
      '8:10 «"{{ request.object }}"» expected text: nothing fills in {{ }} here; in a text, CEL stands in single braces',
    ],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nmessage: "{{self.name}} is bad"',
    says: [
      '8:10 «"{{self.name}} is bad"» expected text: nothing fills in {{ }} here; in a text, CEL stands in single braces',
    ],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: true',
    says: ['8:10 «true» expected text in quotes'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire:',
    says: ['8:1 «require» expected text, and nothing is there'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: !self.tty',
    says: ['8:19 «» expected text: what begins with ! is a tag of YAML, and stands in quotes'],
  },
  {
    keys: 'resource: kubernetes.container\ndeny: self.tty',
    says: ['8:1 «deny» unknown key; here it is `require`, which says what must be true'],
  },
  {
    keys: 'resource: kubernetes.container\nassert: self.tty',
    says: ['8:1 «assert» unknown key; here it is `require`, which says what must be true'],
  },
  {
    keys: 'resource: kubernetes.container\nexpression: self.tty',
    says: ['8:1 «expression» unknown key; here it is `require`, which says what must be true'],
  },
  {
    keys: 'resource: kubernetes.container\ncondition: self.tty',
    says: ['8:1 «condition» unknown key; here it is `require`, which says what must be true'],
  },
  {
    keys: 'resource: kubernetes.container\nvalidations: self.tty',
    says: ['8:1 «validations» unknown key; here it is `require`, which says what must be true'],
  },
  {
    keys: 'resource: kubernetes.container\ncheck: self.tty',
    says: ['8:1 «check» unknown key; here it is `require`, which says what must be true'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nwhen: x',
    says: ['9:1 «when» unknown key; here it is `where`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nif: x',
    says: ['9:1 «if» unknown key; here it is `where`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nmatch: x',
    says: ['9:1 «match» unknown key; here it is `where`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nmatchConditions: x',
    says: ['9:1 «matchConditions» unknown key; here it is `where`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\npreconditions: x',
    says: ['9:1 «preconditions» unknown key; here it is `where`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nfilter: x',
    says: ['9:1 «filter» unknown key; here it is `where`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nforeach: x',
    says: ['9:1 «foreach» unknown key; here it is `each`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nforEach: x',
    says: ['9:1 «forEach» unknown key; here it is `each`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nkind: x',
    says: ['9:1 «kind» unknown key; here it is `resource`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nkinds: x',
    says: ['9:1 «kinds» unknown key; here it is `resource`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nname: x',
    says: ['9:1 «name» unknown key; here it is `title`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nsummary: x',
    says: ['9:1 «summary» unknown key; here it is `title`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nremediation: x',
    says: ['9:1 «remediation» unknown key; here it is `remedy`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nsolution: x',
    says: ['9:1 «solution» unknown key; here it is `remedy`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nrecommendation: x',
    says: ['9:1 «recommendation» unknown key; here it is `remedy`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\ndescription: x',
    says: ['9:1 «description» unknown key; here it is `why`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nparameters: { most: { type: int, default: 3, min: 1, description: x } }',
    says: ['9:46 «min» unknown key; here it is `minimum`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nparameters: { most: { type: int, default: 3, max: 9, description: x } }',
    says: ['9:46 «max» unknown key; here it is `maximum`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nfix: { title: x, safe: true, delete: image }',
    says: ['9:30 «delete» unknown key; here it is `remove`'],
  },
  {
    keys: 'pattern: { language: python, pattern: "f($X)" }',
    says: ['7:30 «pattern» unknown key; here it is `rule`'],
  },
  {
    keys: 'pattern: { languages: [python], rule: { pattern: f() } }',
    says: ['7:12 «languages» unknown key; did you mean "language"?'],
  },
  {
    keys: 'secret: { keywords: [x], pattern: a }',
    says: ['7:26 «pattern» unknown key; here it is `regex`'],
  },
  {
    keys: 'secret: { keyword: [x], regex: a }',
    says: ['7:11 «keyword» unknown key; did you mean "keywords"?'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nreview: 2027-02-30',
    says: ['9:9 «2027-02-30» the month has no such day'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nreview: next year',
    says: ['9:9 «next year» expected a date like 2027-01-31'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nmark: spec.containers[].image',
    says: [
      '9:7 «spec.containers[].image» not a path: write it like securityContext.capabilities.drop[0] or annotations["a.b/c"]',
    ],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: self.name: "x"',
    says: [
      '8:10 «s» A mapping cannot begin on the line of another key; a text with a colon and a space in it stands in quotes.',
    ],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: *x',
    says: ['8:10 «*x» No anchor of this name stands before the alias.'],
  },
  {
    keys: '- resource: kubernetes.container\n  require: "true"',
    says: ['7:1 «-» A key must stand on one line, with its colon.'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nfix: { title: x, safe: true, set: { prots: [] } }',
    says: ['9:37 «prots» warning: Container has no field "prots"; did you mean "ports"?'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nfix: { title: x, safe: true, set: { securityContext.runAsNonRot: true } }',
    says: [
      '9:37 «securityContext.runAsNonRot» warning: SecurityContext has no field "runAsNonRot"; did you mean "runAsNonRoot"?',
    ],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nfix: { title: x, safe: true, remove: [image, prots] }',
    says: ['9:46 «prots» warning: Container has no field "prots"; did you mean "ports"?'],
  },
  {
    keys: 'resource: kubernetes.container\neach: env\nrequire: "true"\nmasks: vlaue',
    says: ['10:8 «vlaue» warning: EnvVar has no field "vlaue"; did you mean "value"?'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nmessage: "{self.name}} is bad"',
    says: ['8:22 «}» warning: this brace closes nothing, and stays in the text'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nmessage: "${self.name} is bad"',
    says: ['8:11 «$» warning: the $ stays in the text: CEL stands in { } alone'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nmessage: {self.name} is bad',
    says: [
      '8:22 «is bad» Something stands here that YAML does not expect; a text that begins with a quote, {, [, *, & or ! stands in quotes as a whole.',
    ],
  },
  {
    keys: "resource: kubernetes.container\nrequire: self.tty ? self.name == 'a' : true",
    says: [
      '8:10 «s» A mapping cannot begin on the line of another key; a text with a colon and a space in it stands in quotes.',
    ],
  },
  {
    keys: 'title: Few: ports\nresource: kubernetes.container\nrequire: "true"',
    says: [
      '6:8 «F» A mapping cannot begin on the line of another key; a text with a colon and a space in it stands in quotes.',
    ],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nid: team/one',
    says: ['9:1 «id» unknown key; the id of a policy is the path of its file: <domain>/<name>.yaml'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nlevel: high',
    says: ['9:1 «level» unknown key; here it is `severity`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nvalidationFailureAction: Enforce',
    says: ['9:1 «validationFailureAction» unknown key; here it is `enforcement`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nfailurePolicy: Fail',
    says: ['9:1 «failurePolicy» unknown key; here it is `enforcement`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nparams: {}',
    says: ['9:1 «params» unknown key; here it is `parameters`'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nfix: remove',
    says: ['9:6 «remove» expected a map of title, safe, remove, set, value, insert'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nparameters: { most: 3 }',
    says: ['9:21 «3» expected a map of type, default, minimum, maximum, description'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: []',
    says: ['8:10 «[]» expected text'],
  },
  {
    keys: "pattern: { language: python, rule: { any: [{ pattern: 'g($X)' }, { pattern: 'f(..., verify=False)' }] } }",
    says: [
      "7:77 «'f(..., verify=False)'» warning: in a pattern `...` is what the code says; for any number of things write $$$",
    ],
  },
  {
    keys: "pattern: { language: python, rule: { pattern: 'f(...)' } }",
    says: ["7:47 «'f(...)'» warning: in a pattern `...` is what the code says; for any number of things write $$$"],
  },
  {
    keys: "pattern: { language: javascript, rule: { pattern: 'f(...$ARGS)' } }",
    says: [],
  },
  {
    keys: 'pattern: requests.get($A)',
    says: ['7:10 «requests.get($A)» expected a map or a list'],
  },
  {
    keys: 'pattern: { language: python, rule: { pattern: f($X) }, fix: g($Y) }',
    says: ['7:61 «g($Y)» warning: nothing that the rule matches is called $Y: it stays as it is'],
  },
  {
    keys: 'pattern: { language: python, rule: { pattern: f($X) }, fix: g($Y) }\nmessage: "{match.Y}"',
    says: [
      '6:61 «g($Y)» warning: nothing that the rule matches is called $Y: it stays as it is',
      '7:18 «Y» match has no field "Y" (did you mean "X"?)',
    ],
  },
  {
    keys: "resource: kubernetes.container\nrequire: self.image.tag == 'x'",
    says: ['8:21 «tag» string has no fields (of an image: image(value).tag)'],
  },
  {
    keys: "resource: kubernetes.container\nrequire: self.resources.limits.memory < '1Gi'",
    says: [
      "8:10 «self.resources.limits.memory < '1Gi'» warning: texts are compared letter by letter; write quantity(a).compareTo(quantity(b)) < 0",
    ],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: size(self.ports) =< 3',
    says: ['8:27 «=<» write <= instead of =<'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: self.image.matches("\\d+")',
    says: ['8:30 «\\d» unknown escape; write \\\\ for a backslash, or a raw string r"…"'],
  },
  {
    keys: 'resource: kubernetes.container\nrequire: "true"\nmessageExpression: self.name',
    without: ['message'],
    says: ['8:1 «messageExpression» unknown key; here it is `message`'],
  },
];
