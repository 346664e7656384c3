/** Addresses that the hub calls by itself, as people have told it. */

/** HTTPS, or HTTP on this machine; without a query, and without a name or password, which no request is made with. */
export function isOutwardAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  const isBare = [username, password, search, hash].every((part) => part === '');
  return (protocol === 'https:' || (protocol === 'http:' && isHere)) && isBare;
}

/** The address of what listens there. */
export function addressAt(
  protocol: 'http' | 'https',
  { host, port }: { readonly host: string; readonly port: number },
): string {
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
