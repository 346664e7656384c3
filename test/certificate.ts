/** A certificate for `localhost` that nobody has signed, by the `openssl` of this machine. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Why there is none; false where there is one. */
export const noOpenssl: string | false =
  spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl, which is not on this machine';

/** The names of two files in the folder. */
export function selfSigned(folder: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [path.join(folder, 'tls.pem'), path.join(folder, 'tls.key')];
  const kind = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
  ];
  const made = spawnSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  return { cert, key };
}
