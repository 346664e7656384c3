/** The control ids that policies name, and whose they are. */

const frameworks: readonly (readonly [prefix: RegExp, name: string])[] = [
  [/^NHI\d+:2025$/, 'OWASP Non-Human Identities Top 10 2025'],
  [/^CSF\//, 'NIST CSF 2.0'],
  [/^PSS\//, 'Kubernetes Pod Security Standards'],
  [/^SSDF\//, 'NIST SP 800-218'],
  [/^SP800-207\//, 'NIST SP 800-207'],
  [/^CIS\//, 'CIS Benchmarks'],
];

/** The part before the slash where it is none of the known. */
export function frameworkOf(control: string): string {
  return frameworks.find(([prefix]) => prefix.test(control))?.[1] ?? control.split('/')[0]!;
}
