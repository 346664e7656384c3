/** A small repository with something wrong in each domain, for `npm start`. Everything in it is made up. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

const marker = '.kerb-sample';

/** Makes the repository afresh and returns its folder. Without git it is a folder of files only. */
export function makeSample(): string {
  const folder = emptyFolder();
  const files: Readonly<Record<string, string>> = {
    ...sampleFiles,
    'config/production.env': productionEnv(),
    [marker]: 'Made by `npm start`, which makes it anew each time.\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  commitAll(folder);
  return folder;
}

/** In the user's cache, where it can be found again; in a temporary folder where there is no place for it. */
function emptyFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  const folder = path.join(process.env.KERB_HOME || path.join(cache, 'kerb'), 'sample');
  try {
    // Only what an earlier run made is ever removed.
    if (existsSync(path.join(folder, marker))) rmSync(folder, { recursive: true, force: true });
    mkdirSync(path.dirname(folder), { recursive: true });
    mkdirSync(folder);
    return folder;
  } catch {
    return mkdtempSync(path.join(tmpdir(), 'kerb-sample-'));
  }
}

function commitAll(folder: string): void {
  const identity = [
    '-c',
    'user.name=Sample',
    '-c',
    'user.email=sample@example.com',
    '-c',
    'commit.gpgSign=false',
    '-c',
    'core.hooksPath=/dev/null',
  ];
  const environment = { ...process.env };
  for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE']) delete environment[name];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    [...identity, 'commit', '-q', '-m', 'A shop, as it was found'],
  ]) {
    if (spawnSync('git', args, { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
      return;
  }
}

/** Credentials that open nothing. They are put together here, so that none stands in Kerb's own sources. */
function productionEnv(): string {
  const letters = 'Q7XK2MZ4WB5RTY3N6HVJ';
  const accessKey = `AK${'IA'}${letters.slice(0, 16)}`;
  const token = `gh${'p_'}${Array.from({ length: 36 }, (_, at) => 'h4Vt9QmZx2LrK8sWb1Yd7NcJ5gPf3TqEa6Ru'[at % 36]).join('')}`;
  return `REGION=eu-central-1\nAWS_ACCESS_KEY_ID=${accessKey}\nGITHUB_TOKEN=${token}\n`;
}

const sampleFiles: Readonly<Record<string, string>> = {
  'README.md':
    '# Shop\n\nA sample repository. Open a file, look at what Kerb underlines, hover, and use the lightbulb.\n',
  'deploy/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      hostNetwork: true
      containers:
        - name: web
          image: registry.example.com/shop/web:latest
          securityContext:
            privileged: true
          ports:
            - containerPort: 8080
      volumes:
        - name: docker
          hostPath:
            path: /var/run/docker.sock
`,
  '.github/workflows/build.yml': `name: build
on:
  pull_request_target:
  issues:

permissions: write-all

jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.event.pull_request.head.sha }}
      - run: echo "Building \${{ github.event.issue.title }}"
      - run: curl -fsSL https://get.example.com/install.sh | sh
`,
  Dockerfile: `FROM node:latest
ENV NPM_TOKEN=not-a-real-token-0123456789
ADD https://get.example.com/tool.tar.gz /opt/
RUN curl -fsSL https://get.example.com/install.sh | bash
COPY . /app
CMD ["node", "/app/src/server.ts"]
`,
  'compose.yaml': `services:
  web:
    build: .
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
  orders:
    image: postgres:17
    ports:
      - "5432:5432"
`,
  'package.json': `{
  "name": "shop",
  "version": "1.0.0",
  "private": true,
  "scripts": {
    "postinstall": "curl -fsSL https://get.example.com/setup.sh | sh"
  },
  "dependencies": {
    "left-pad": "*",
    "tool": "git+http://git.example.com/tool.git"
  }
}
`,
  'src/server.ts': `import { exec } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Agent, get } from 'node:https';

const agent = new Agent({ rejectUnauthorized: false });

export function resize(name: string): void {
  exec(\`convert \${name} -resize 50% small.png\`);
}

export function sign(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

get('https://api.example.com/prices', { agent }, (answer) => eval(String(answer)));
`,
  'tools/report.py': `import hashlib
import subprocess
import requests

def fetch(url):
    return requests.get(url, verify=False)

def run(name):
    subprocess.call("report " + name, shell=True)

def digest(data):
    return hashlib.md5(data).hexdigest()
`,
  'tools/fetch.go': `package main

import (
	"crypto/tls"
	"net/http"
)

func client() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
}
`,
};
