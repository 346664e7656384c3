/** What a new policy begins with: a small rule that works, for each kind of thing that is judged. */

export interface Scaffold {
  readonly policy: string;
  /** Without drawings. */
  readonly page: string;
}

/** The beginning of a policy. `kind` is a resource kind; null takes what goes with the domain. */
export function scaffoldOf(id: string, kind: string | null): Scaffold {
  const [domain = '', name = ''] = id.split('/');
  const resource = kind ?? usualKinds[domain] ?? 'kubernetes.object';
  const rule = rules[resource] ?? rules[familyOf(resource)] ?? rules['kubernetes.object']!;
  const body = rule.body.replaceAll('RESOURCE', resource);
  return {
    policy: `${head(name)}${body}\n`,
    page: `# ${id}\n\nSay in a sentence what is found, and why the mark sits where it does.\n\n${rule.cases}`,
  };
}

interface Rule {
  readonly body: string;
  readonly cases: string;
}

const usualKinds: Readonly<Record<string, string>> = {
  kubernetes: 'kubernetes.container',
  github: 'github.job',
  docker: 'docker.instruction',
  npm: 'npm.package',
  code: 'code',
  secrets: 'text',
};

function head(name: string): string {
  const title = name.replaceAll('-', ' ');
  return `title: ${title.charAt(0).toUpperCase()}${title.slice(1)}
severity: medium        # info, low, medium, high, critical
why: Say what can happen to whom when this is not followed.
remedy: Say what to do instead.
owners: [platform-security]
controls: []            # PSS/baseline, CWE/CWE-250, NHI5:2025 …
equivalents: []         # checkov/CKV_K8S_16, hadolint/DL3007 …
references: []          # primary sources, https
`;
}

const fence = '```';
const pod = (image: string) => `${fence}yaml pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: ${image}
${fence}
`;

const rules: Readonly<Record<string, Rule>> = {
  'kubernetes.container': {
    body: `resource: RESOURCE
require: self.?image.orValue("").startsWith("registry.example/")
mark: image
message: container {self.name} takes its image from elsewhere`,
    cases: `${pod('elsewhere.example/web:1.4.2')}\nThe own registry is all right.\n\n${pod('registry.example/web:1.4.2')}`,
  },
  'kubernetes.object': {
    body: `resource: RESOURCE
where: self.kind == "Pod"
require: has(self.metadata.labels) && "team" in self.metadata.labels
mark: metadata.labels.team
message: "{self.kind} {self.metadata.name} has no team"`,
    cases: `${pod('registry.example/web:1.4.2')}
A pod with a team is all right.

${fence}yaml pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: { team: shop }
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
${fence}
`,
  },
  'github.job': {
    body: `resource: RESOURCE
require: "'timeout-minutes' in self"
mark: timeout-minutes
message: job {self.id} may run for six hours`,
    cases: `${fence}yaml .github/workflows/build.yml
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: make
${fence}

A job with a limit is all right.

${fence}yaml .github/workflows/build.yml
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - run: make
${fence}
`,
  },
  'docker.instruction': {
    body: `resource: RESOURCE
where: self.instruction == "MAINTAINER"
require: "false"
message: MAINTAINER is deprecated`,
    cases: `${fence}dockerfile Dockerfile
FROM registry.example/base:1.0
MAINTAINER somebody
${fence}

A label is all right.

${fence}dockerfile Dockerfile
FROM registry.example/base:1.0
LABEL org.opencontainers.image.authors="somebody"
${fence}
`,
  },
  'npm.package': {
    body: `resource: RESOURCE
require: has(self.license)
mark: name
message: the package does not say its licence`,
    cases: `${fence}json package.json
{
  "name": "web",
  "version": "1.0.0"
}
${fence}

A package with a licence is all right.

${fence}json package.json
{
  "name": "web",
  "version": "1.0.0",
  "license": "Apache-2.0"
}
${fence}
`,
  },
  code: {
    body: `pattern:
  language: [typescript, javascript]
  rule:
    pattern: debugDump($A)
message: "debugDump shows {match.A} to everybody"`,
    cases: `${fence}typescript server.ts
debugDump(request);
${fence}

Everything else is all right.

${fence}typescript server.ts
log(request.id);
${fence}
`,
  },
  text: {
    body: `secret:
  keywords: [acme_]
  regex: \\b(acme_[0-9a-f]{32})\\b
message: "an ACME token, {match.masked}"`,
    cases: `${fence}yaml settings.yaml
token: acme_¦9f3a61c07be2485d1f60a3c9e7b42d58
${fence}

What only speaks of it is all right.

${fence}text notes.txt
The token of production is kept in the vault.
${fence}
`,
  },
};

function familyOf(resource: string): string {
  const family = resource.split('.')[0]!;
  return usualKinds[family] ?? 'kubernetes.object';
}
