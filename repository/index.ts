/**
 * What is on disk: repositories, their rules, their files and what git knows of them. The façade: the command and the
 * language server import this file alone.
 */
export {
  type Change,
  type ChangedFile,
  type ChangedReading,
  readChange,
  readRange,
  readStaged,
} from './change.ts';
export { type GitFailure, type GitOutput, git } from './git.ts';
export { type ListedFile, type Listing, listFiles } from './list.ts';
export { createNative } from './native.ts';
export { isBuiltIn, isOfOrganisation, loadPage, loadPolicies, type PolicyFolder, policyFilesOf } from './policies.ts';
export { maxFileBytes, type Reading, readFolderTexts, readingOf, readWorkFile } from './read.ts';
export { configurationName, findRoot, isInside, type Placement, placeOf, relativePath } from './root.ts';
export { loadSetup, type Origin, type Setup, type SetupOptions } from './setup.ts';
export { type Decoded, decodeText, type Encoding, encodeText } from './text.ts';
export { replaceFile } from './write.ts';
