// A small workspace with two roots, made anew for each run.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      hostNetwork: true
      containers:
        - name: web
          image: registry.example.com/shop/web:latest
          securityContext:
            runAsNonRoot: true
            allowPrivilegeEscalation: false
`;

const workflow = `name: build
on: [push]
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm test
`;

const code = `import { exec } from 'node:child_process';

function run(input: string): void {
  exec(\`ls \${input}\`);
}
`;

const policy = `title: Images come from our registry
severity: high
why: Only what is in the registry was looked at.
remedy: Push the image to registry.internal and name it there.
owners: [team]
resource: kubernetes.container
require: self.image.startsWith('registry.internal/')
mark: image
message: the image is not from our registry
`;

const page = `# team/image-registry

\`\`\`yaml pod.yaml
apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  containers:
    - name: a
      image: nginx:1.27
      #      ^^^^^^^^^^ the image is not from our registry
\`\`\`

\`\`\`yaml pod.yaml
apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  containers:
    - name: a
      image: registry.internal/nginx:1.27
\`\`\`
`;

const files: Readonly<Record<string, string>> = {
  'alpha/deploy/web.yaml': deployment,
  'alpha/.github/workflows/build.yml': workflow,
  'alpha/src/run.ts': code,
  'alpha/policies/team/image-registry.yaml': policy,
  'alpha/policies/team/image-registry.md': page,
  'alpha/kerb.yaml': 'policyFolders: [policies]\npolicies:\n  kubernetes/image-tag: { enforcement: deny }\n',
  'beta/deploy/web.yaml': deployment,
  'beta/kerb.yaml': 'policies:\n  kubernetes/image-tag: { enforcement: off }\n',
  'both.code-workspace': '{ "folders": [{ "path": "alpha" }, { "path": "beta" }] }\n',
};

/** Writes the workspace into an empty folder; answers the path of its `.code-workspace` file. */
export function writeWorkspace(folder: string): string {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return path.join(folder, 'both.code-workspace');
}
