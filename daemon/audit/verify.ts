/** Verification without a hub: of one receipt, or of an exported log. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { createAudit, type NoteKey, openCheckpoint, verifyReceipt } from '../../engine/index.ts';
import { sha256, verifyEd25519 } from './trust.ts';

export interface Verification {
  readonly isVerified: boolean;
  /** For people, a line each. */
  readonly lines: readonly string[];
}

/** The first line of an export. */
const exportHeader = z.strictObject({ format: z.literal('kerb-audit-v1'), checkpoint: z.string().max(64_000) });
/** Each of the others. */
export const exportLine = z.strictObject({
  index: z.int().min(0),
  leaf: z.string().max(65_535),
  body: z.string().max(20_000_000).nullable(),
});

export function verifyReceiptText(text: string, key: NoteKey): Verification {
  const verdict = verifyReceipt(text, { key, sha256, verify: verifyEd25519 });
  if (verdict.kind === 'refuted') return { isVerified: false, lines: [`refuted: ${verdict.why}`] };
  const { index, leaf, checkpoint } = verdict;
  return {
    isVerified: true,
    lines: [
      `proved: entry ${index} of the ${checkpoint.size} of ${checkpoint.origin}`,
      Buffer.from(leaf).toString('utf8'),
    ],
  };
}

/** Reads an export line by line, so that its size does not matter. Throws `SyntaxError` or zod's error for another file. */
export async function verifyExport(file: string, key: NoteKey): Promise<Verification> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let audit: ReturnType<typeof createAudit> | null = null;
  for await (const line of lines) {
    if (audit === null) {
      const { checkpoint: note } = exportHeader.parse(JSON.parse(line));
      const checkpoint = openCheckpoint(note, key, verifyEd25519);
      if (checkpoint === null) {
        return {
          isVerified: false,
          lines: [`refuted: the checkpoint is not signed by ${key.name} with the key given`],
        };
      }
      audit = createAudit(checkpoint, sha256);
    } else audit.add(exportLine.parse(JSON.parse(line)));
  }
  if (audit === null) throw new SyntaxError('the file is empty');
  const { kind, entries, withoutBody, problems } = audit.finish();
  if (kind === 'altered') return { isVerified: false, lines: problems };
  const gone = withoutBody === 0 ? '' : `, ${withoutBody} of them without their bodies, whose time has passed`;
  return { isVerified: true, lines: [`whole: ${entries} entries of ${key.name}${gone}`] };
}
