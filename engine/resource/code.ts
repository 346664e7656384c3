/** Source code: one resource a file, which patterns are matched in. */
import { object, string } from '../cel/type.ts';
import type { Resource, ValueMap } from '../model.ts';
import { type Adapter, type Source, withFields } from './adapter.ts';

const self = object('Code', { language: string });

/** `code`. */
export const codeAdapter: Adapter = {
  kinds: [
    { kind: 'code', description: 'A file of source code; `language` names it.', self, relatives: { object: self } },
  ],
  lift,
};

function lift({ document, part, memo }: Source): readonly Resource[] {
  if (document.kind !== 'code' || document.language === null) return [];
  const code = memo(
    part.content,
    `code ${document.language}`,
    (): ValueMap => withFields({}, { language: document.language }),
  );
  return [{ kind: 'code', name: document.file.path, identity: '', path: [], self: code, relatives: { object: code } }];
}
