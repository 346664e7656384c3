/** References to container images and to GitHub actions, taken apart. Total: a text that is neither still gives parts. */

/** Absent parts are empty. */
export interface ImageReference {
  /** `docker.io` where the reference names none. */
  readonly registry: string;
  /** Within the registry: `library/nginx`, `team/app`. */
  readonly repository: string;
  /** `registry/repository`. */
  readonly name: string;
  readonly tag: string;
  /** `sha256:…` */
  readonly digest: string;
}

/** Reads an image reference as https://pkg.go.dev/github.com/distribution/reference normalises it. */
export function readImage(text: string): ImageReference {
  const trimmed = text.trim();
  const at = trimmed.indexOf('@');
  const digest = at < 0 ? '' : trimmed.slice(at + 1);
  const named = at < 0 ? trimmed : trimmed.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : '';
  const path = hasTag ? named.slice(0, colon) : named;
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  const hasRegistry = first === 'localhost' || /[.:]|[A-Z]/.test(first);
  const registry = hasRegistry && first !== 'index.docker.io' ? first : 'docker.io';
  const rest = hasRegistry ? path.slice(slash + 1) : path;
  const repository = registry === 'docker.io' && rest !== '' && !rest.includes('/') ? `library/${rest}` : rest;
  return { registry, repository, name: `${registry}/${repository}`, tag, digest };
}

export interface UsesReference {
  readonly kind: 'action' | 'docker' | 'local';
  readonly owner: string;
  readonly repo: string;
  /** Within the repository, or the local path; the image where `kind` is docker. */
  readonly path: string;
  readonly ref: string;
  /** Whether the reference can only ever mean one content: a full commit id, an image digest, a local path. */
  readonly pinned: boolean;
}

/** Reads the `uses` of a workflow's step or job: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax */
export function readUses(text: string): UsesReference {
  const trimmed = text.trim();
  if (trimmed.startsWith('docker://')) return readDocker(trimmed.slice('docker://'.length));
  const at = trimmed.lastIndexOf('@');
  const ref = at < 0 ? '' : trimmed.slice(at + 1);
  const target = at < 0 ? trimmed : trimmed.slice(0, at);
  if (trimmed.startsWith('./') || trimmed.startsWith('../')) {
    return { kind: 'local', owner: '', repo: '', path: trimmed, ref: '', pinned: true };
  }
  const [owner = '', repo = '', ...path] = target.split('/');
  return {
    kind: 'action',
    owner,
    repo,
    path: path.join('/'),
    ref,
    pinned: /^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(ref),
  };
}

function readDocker(image: string): UsesReference {
  const { tag, digest } = readImage(image);
  const pinned = /^sha256:[0-9a-f]{64}$/.test(digest);
  return { kind: 'docker', owner: '', repo: '', path: image, ref: digest === '' ? tag : digest, pinned };
}
