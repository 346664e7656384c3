/**
 * What a repository is called in records: host and path of its remote (`github.com/acme/shop`), the same for every way to
 * write it and without the credentials that may stand in it; the folder's name where there is no such remote.
 */
export function repositoryName(remoteUrl: string | null, folderName: string): string {
  const named = remoteUrl === null ? null : (ofUrl(remoteUrl) ?? ofScp(remoteUrl));
  return named ?? folderName;
}

function ofUrl(text: string): string | null {
  if (!/^(?:https?|ssh|git|git\+ssh):\/\//i.test(text) || !URL.canParse(text)) return null;
  const { hostname, pathname } = new URL(text);
  return joined(hostname, pathname);
}

/** `git@github.com:acme/shop.git` */
function ofScp(text: string): string | null {
  const [, host, path] = /^(?:[^@/:\s]*@)?([\w.-]{2,}):(?!\/\/)(.+)$/.exec(text) ?? [];
  return host === undefined || path === undefined ? null : joined(host, path);
}

function joined(host: string, path: string): string | null {
  const trimmed = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '');
  return host === '' || trimmed === '' ? null : `${host.toLowerCase()}/${trimmed}`;
}
