/** Where in the page somebody is: everything behind `#`, so that the hub serves one file, below whatever path. */

export const pageNames = [
  'overview',
  'decisions',
  'policies',
  'changes',
  'exceptions',
  'alerts',
  'compliance',
  'devices',
  'access',
  'log',
  'sign-in',
  'enroll',
] as const;
export type PageName = (typeof pageNames)[number];

export interface Route {
  readonly page: PageName;
  /** Of the one that is shown; null for a list. */
  readonly id: string | null;
  readonly query: URLSearchParams;
}

/** Null where there is no such page. */
export function readRoute(hash: string): Route | null {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', ...rest] = path.split('/');
  const page = pageNames.find((each) => each === (name === '' ? 'overview' : name));
  if (page === undefined) return null;
  const id = rest.length === 0 ? null : rest.map(decoded).join('/');
  return { page, id, query: new URLSearchParams(query) };
}

/** The `href` of a place. Values that are empty are left out. */
export function hrefOf(page: PageName, id: string | null = null, query: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  const path = page === 'overview' ? '' : page;
  return `#/${path}${id === null ? '' : `/${id.split('/').map(encodeURIComponent).join('/')}`}${search}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
