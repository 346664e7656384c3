/** yarn.lock: of Yarn 1 (https://classic.yarnpkg.com/lang/en/docs/yarn-lock/), and of those since. */
import type { Resource, Value, ValueMap } from '../model.ts';
import { isMap, type Memo } from './adapter.ts';
import { type Locked, lockedPackages } from './lockedPackage.ts';

/** Every package that is not a folder. */
export function yarnPackages(root: ValueMap, memo: Memo): readonly Resource[] {
  return lockedPackages({ root, entries: root, path: [] }, readEntry, memo);
}

function readEntry(key: string, entry: Value): Locked | null {
  // A soft link: a workspace, `link:` or `portal:`.
  if (!isMap(entry) || key === '__metadata' || entry.linkType === 'soft') return null;
  return typeof entry.resolution === 'string' ? resolvedEntry(entry, entry.resolution) : classicEntry(key, entry);
}

function classicEntry(key: string, entry: ValueMap): Locked {
  const asked = splitName(key.split(', ', 1)[0]!);
  const { resolved } = entry;
  const address = typeof resolved === 'string' ? addressOf(resolved) : undefined;
  // Before Yarn 1.10, and where a registry has nothing better, the SHA-1 behind the address is the checksum.
  const hash = address?.startsWith('https') ? /#([0-9a-f]{40})$/.exec(address)?.[1] : undefined;
  return {
    name: /^npm:((?:@[^/@]+\/)?[^/@]+)@/.exec(asked.reference)?.[1] ?? asked.name,
    fields: {
      version: [entry.version, ['version']],
      resolved: [address, ['resolved']],
      integrity:
        entry.integrity === undefined && hash !== undefined
          ? [`sha1-${hash}`, ['resolved']]
          : [entry.integrity, ['integrity']],
    },
  };
}

function resolvedEntry(entry: ValueMap, resolution: string): Locked {
  const { name, reference } = splitName(resolution);
  const [range = '', parameters = ''] = reference.split('::', 2);
  const archive = /(?:^|&)__archiveUrl=([^&]*)/.exec(parameters)?.[1];
  const address = archive === undefined ? range : decoded(archive);
  return {
    name,
    fields: {
      version: [entry.version, ['version']],
      resolved: [/^(?:https?|git|ssh)[:@]/.test(address) ? addressOf(address) : undefined, ['resolution']],
      integrity: [entry.checksum, ['checksum']],
    },
  };
}

/** `@scope/name@reference`. */
function splitName(text: string): { readonly name: string; readonly reference: string } {
  const sign = text.indexOf('@', 1);
  return sign < 0 ? { name: text, reference: '' } : { name: text.slice(0, sign), reference: text.slice(sign + 1) };
}

/** The address of a repository as npm writes it, so that nobody takes it for a file's. */
function addressOf(address: string): string {
  return /^https?:[^#]*(?:\.git#|#commit=)/.test(address) ? `git+${address}` : address;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
