/** Any file as text: what secrets are looked for in. One resource a part, since every part has its own offsets. */
import { object, string } from '../cel/type.ts';
import type { Resource, ValueMap } from '../model.ts';
import { type Adapter, type Source, withFields } from './adapter.ts';

const self = object('Text', { text: string });

/** `text`. */
export const textAdapter: Adapter = {
  kinds: [{ kind: 'text', description: 'Any file, whatever it is, as text.', self, relatives: { object: self } }],
  lift,
};

function lift({ document, part, memo }: Source): readonly Resource[] {
  const text = memo(part.content, 'text', (): ValueMap => withFields({}, { text: part.content.text }));
  return [{ kind: 'text', name: document.file.path, identity: '', path: [], self: text, relatives: { object: text } }];
}
