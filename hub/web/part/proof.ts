/** The inclusion proof of a record, verified here: what the hub says of itself is not taken on trust by its own page. */
import { html, type TemplateResult } from 'lit';
import type { ShownRecord } from '../../protocol/decision.ts';
import type { Api } from '../api.ts';
import { count } from '../text.ts';
import { save } from './save.ts';
import { code } from './value.ts';

export async function proofOf(api: Api, record: ShownRecord): Promise<TemplateResult> {
  try {
    const [receipt, key, { verifyRecord }] = await Promise.all([
      api.text(`/v1/log/receipts/${record.id}`),
      api.text('/v1/log/key'),
      import('../verify.ts'),
    ]);
    const verdict = verifyRecord({ receipt, key: key.trim(), leaf: record.leaf, body: record.body });
    return html`${verdict.kind === 'proved' ? proved(verdict) : refuted(verdict.why)} ${downloads(record, receipt, key)}`;
  } catch (error) {
    return refuted(error instanceof Error ? error.message : String(error));
  }
}

function proved({ index, size, origin, hasBody }: { index: number; size: number; origin: string; hasBody: boolean }) {
  const what = hasBody ? 'The text above is the one that' : 'The leaf of this record is what';
  return html`<p class="verdict good" data-proof="proved">
      <strong>Verified in this browser.</strong>
      ${what} entry ${count(index)} of the ${count(size)} in the log ${code(origin)} names by its hash, and the log’s key has
      signed the tree that it is in.
    </p>`;
}

function refuted(why: string): TemplateResult {
  return html`<p class="verdict bad" data-proof="refuted"><strong>Not proved:</strong> ${why}</p>`;
}

function downloads({ id }: ShownRecord, receipt: string, key: string): TemplateResult {
  return html`<p class="actions">
      <button class="button" @click=${() => save(`${id}.receipt`, receipt)}>Download the proof</button>
      <button class="button quiet" @click=${() => save('log.pub', key)}>Download the log’s key</button>
    </p>
    <p class="faint">
      Both verify without this hub, here and by anyone’s C2SP tlog-proof verifier:
      <code>kerb audit verify ${id}.receipt --key-file log.pub</code>. Take the key from somewhere else than the hub.
    </p>`;
}
