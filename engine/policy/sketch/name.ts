/** How the file of a case is called: only as much of its path as says what it is. */
export function nameFor(path: string): string {
  const known = /(?:^|\/)(\.(?:github|gitea|forgejo)\/.+)$/.exec(path)?.[1];
  return (known ?? path.slice(path.lastIndexOf('/') + 1)).replace(/\s+/g, '-');
}
