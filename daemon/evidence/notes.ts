/** Notes on commits, written and read: https://git-scm.com/docs/git-notes */
import { fieldsOf, type GitFailure, type GitSession, git, readBlobs } from '../../repository/index.ts';
import { evidenceRefs, maxNoteBytes } from './note.ts';

/** More devices than this have never worked on one repository. */
const maxRefs = 1_000;

/** A job of CI has no identity of its own for git. Nobody believes who writes a note, but the key that signed it. */
const writer = ['-c', 'user.name=kerb', '-c', 'user.email=kerb@kerb.invalid'];

/** Puts a device's note on a commit, in place of one that it has put there before. Null, or why that cannot be done. */
export async function writeNote(
  root: string,
  { device, commit, note }: { readonly device: string; readonly commit: string; readonly note: string },
): Promise<GitFailure | null> {
  const ref = `--ref=${evidenceRefs}${device}`;
  const written = await git(root, [...writer, 'notes', ref, 'add', '-f', '-F', '-', commit], note);
  return written.kind === 'failure' ? written : null;
}

/** The notes that any device has put on some commits, by commit. */
export async function readNotes(
  session: GitSession,
  commits: ReadonlySet<string>,
): Promise<{ readonly kind: 'notes'; readonly of: ReadonlyMap<string, readonly string[]> } | GitFailure> {
  const asked = ['for-each-ref', `--count=${maxRefs}`, '--format=%(refname)', evidenceRefs];
  const refs = await git(session.root, asked);
  if (refs.kind === 'failure') return refs;
  const commitsByBlob = new Map<string, string[]>();
  for (const ref of refs.bytes.toString().split('\n')) {
    if (ref === '') continue;
    const listing = await git(session.root, ['ls-tree', '-r', '-z', '--full-tree', ref]);
    if (listing.kind === 'failure') return listing;
    for (const { blob, commit } of fieldsOf(listing.bytes).map(annotated)) {
      if (commits.has(commit)) commitsByBlob.set(blob, [...(commitsByBlob.get(blob) ?? []), commit]);
    }
  }
  const notes = new Map<string, string[]>();
  const blobs = readBlobs(session, [...commitsByBlob.keys()]);
  for (let next = await blobs.next(); ; next = await blobs.next()) {
    if (next.done) return next.value ?? { kind: 'notes', of: notes };
    const { id, bytes } = next.value;
    if (bytes === null || bytes.length > maxNoteBytes) continue;
    for (const commit of commitsByBlob.get(id) ?? [])
      notes.set(commit, [...(notes.get(commit) ?? []), bytes.toString('utf8')]);
  }
}

/** `<mode> blob <id>\t<commit>`; git spreads many notes over folders by the first digits. */
function annotated(entry: string): { readonly blob: string; readonly commit: string } {
  const [head = '', path = ''] = entry.split('\t');
  return { blob: head.split(' ')[2] ?? '', commit: path.replaceAll('/', '') };
}
