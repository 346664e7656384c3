/** Whether two names may be one person's. */

/**
 * Git knows people by e-mail address, a root of trust by the name that its ceremony wrote down. Where one of the two has no
 * address, the part before the `@` decides. A doubt makes them one: then somebody else approves.
 */
export function isSamePerson(a: string, b: string): boolean {
  const [one, other] = [addressIn(a), addressIn(b)];
  return one.includes('@') && other.includes('@') ? one === other : localPart(one) === localPart(other);
}

/** `Ada Example <ada@acme.example>` is ada@acme.example. */
function addressIn(name: string): string {
  return (/<([^<>]+)>/.exec(name)?.[1] ?? name).trim().toLowerCase();
}

function localPart(address: string): string {
  return address.split('@', 1)[0] ?? address;
}
