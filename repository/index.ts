/**
 * What is on disk: repositories, their rules, their files and what git knows of them. The façade: the command and the
 * language server import this file alone.
 */
export {
  type Change,
  type ChangedFile,
  type ChangeEntry,
  changeOf,
  changeOfEntries,
  readChange,
  readRange,
  readStaged,
  readStagedSince,
} from './change.ts';
export { fieldsOf, type GitFailure, git, gitFolder, repositoryAt, repositoryFrom } from './git.ts';
export { type GitIndex, treeOfIndex } from './gitIndex.ts';
export { type GitSession, openGitSession } from './gitSession.ts';
export { type Identity, readIdentity } from './identity.ts';
export { type ListedFile, listAmong, listFiles } from './list.ts';
export { createNative } from './native.ts';
export { readBlobs } from './objects.ts';
export { buildOpaBundle, type OpaBundle, type OpaPlace } from './opa.ts';
export { isBuiltIn, isOfOrganisation, loadBuiltIn, loadPage, loadPolicies, policyFilesOf } from './policies.ts';
export { maxFileBytes, type Reading, readFolderTexts, readingOf, readWorkFile } from './read.ts';
export { repositoryName } from './repositoryName.ts';
export { configurationName, findRoot, isInside, placeOf, relativePath } from './root.ts';
export { loadSetup, type Origin, type Setup } from './setup.ts';
export { decodeText, encodeText } from './text.ts';
export { watchIndex } from './watchIndex.ts';
export { replaceFile } from './write.ts';
