/** The libraries that every expression has, beyond the language's standard functions. */
import type { FunctionDeclaration } from '../function.ts';
import { encoders } from './encoders.ts';
import { kerb } from './kerb.ts';
import { lists } from './lists.ts';
import { math } from './math.ts';
import { names } from './names.ts';
import { networks } from './network.ts';
import { quantities } from './quantity.ts';
import { regexes } from './regexes.ts';
import { semvers } from './semver.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';
import { urls } from './url.ts';

export { mergeDeclarations } from './declare.ts';

/** May declare one name several times: put them together with {@link mergeDeclarations}. */
export const libraries: readonly FunctionDeclaration[] = [
  ...strings,
  ...lists,
  ...math,
  ...sets,
  ...encoders,
  ...regexes,
  ...quantities,
  ...semvers,
  ...networks,
  ...urls,
  ...names,
  ...kerb,
];
