/**
 * The engine's façade: text in, decisions out. Everything outside `engine/` imports this file alone.
 *
 *   readPolicies → compilePolicies → judge (a file at a time) → decide
 *
 * All of it is pure: what comes from disk, clock or network comes in as a value.
 */

export { type CelValue, compile as compileExpression, type Program } from './cel/index.ts';
export { formatCelJson, readCelJson } from './cel/json.ts';
export { describeCrash, framesOf } from './crash.ts';
export { applyEdits, decide } from './decide.ts';
export { createLines, type Lines, type Position, readDocument } from './document/index.ts';
export {
  createJudgeCache,
  type JudgeCache,
  type JudgeOptions,
  judge,
  type PlacedFindings,
  type Verdict,
} from './evaluate.ts';
export { createMasker } from './evaluation/maskAll.ts';
export { inFile, movedFinding } from './evaluation/placed.ts';
export { secretMask } from './evaluation/secretMask.ts';
export { type Approved, type Baseline, formatBaseline, type OwnPolicy, ownPolicies, readBaseline } from './except.ts';
export { approvedAt, exceptionsOf, type Met } from './exception/approval.ts';
export {
  type Approval,
  type ApprovedException,
  defaultExceptionTerms,
  type ExceptionCategory,
  type ExceptionTerms,
  exceptionCategories,
  formatExceptions,
  readExceptions,
} from './exception/approved.ts';
export { maySuppress } from './exception/find.ts';
export { type ExceptionStep, type Grant, grantedException, nextExceptions } from './exception/grant.ts';
export { prepareException } from './exception/objection.ts';
export { isSamePerson } from './exception/person.ts';
export {
  type ApproverKey,
  type ApproverKeys,
  approvalCount,
  approvalPayloadType,
  approvalsNeeded,
  approvalText,
  isProven,
  withProvenApprovals,
} from './exception/quorum.ts';
export {
  type ExceptionRegister,
  lastBoundary,
  markApproved,
  nextBoundary,
  registerExceptions,
} from './exception/register.ts';
export {
  type ExceptionRequest,
  exceptionRequest,
  latestEnd,
  readExceptionRequest,
  refusalOf,
} from './exception/request.ts';
export { type Revocations, revocationsWith } from './exception/revocation.ts';
export { type Complaint, complaints, type FindingFeedback, findingFeedback, readFeedback } from './feedback.ts';
export { type FixChoice, fixesOf, fixFile } from './fix.ts';
export { groupBy } from './groupBy.ts';
export { readJson } from './json.ts';
export { mask } from './mask.ts';
export * from './model.ts';
export { type Bundle, formatBundle, readBundle } from './organisation/bundle.ts';
export { bundleDifference } from './organisation/difference.ts';
export {
  atGate,
  type CurrentOrganisation,
  isStale,
  mayReplace,
  type Organisation,
  type OrganisationProblem,
  organisationOf,
  organisationPrefix,
  proposedOrganisation,
} from './organisation/organisation.ts';
export {
  beginRollout,
  formatRollout,
  isRolledOut,
  type Ring,
  type Rollout,
  readRollout,
  readRolloutPlan,
  ringOf,
} from './organisation/rollout.ts';
export {
  defaultGateSettings,
  type GateSettings,
  isLocked,
  type ReplayConsent,
  readOrganisationRules,
} from './organisation/rules.ts';
export { findExample } from './policy/cases/page.ts';
export {
  type CaseResult,
  type CasesRequest,
  type CasesResult,
  caseFileAt,
  caseOptions,
  runCases,
} from './policy/cases.ts';
export { type Compilations, createCompilations } from './policy/compilations.ts';
export {
  checkPolicies,
  compilePolicies,
  type EnabledPolicy,
  type PolicySet,
  policyDigest,
} from './policy/compile.ts';
export {
  type Configuration,
  defaultConfiguration,
  organisationConfiguration,
  readConfiguration,
} from './policy/configuration.ts';
export { coverageOf } from './policy/coverage.ts';
export {
  completeDraft,
  type DraftCompletion,
  describeDraft,
  foldsOf,
  formatDraft,
  type OwnFile,
  occurrencesInDraft,
  signaturesOfDraft,
  type TokenKind,
  tokensOfDraft,
} from './policy/draft/index.ts';
export { exportAdmission } from './policy/exchange/exportAdmission.ts';
export { type Imported, importPolicies } from './policy/exchange/import/index.ts';
export { segmentMatcher } from './policy/glob.ts';
export { type MutationResult, mutate, type Survivor } from './policy/mutation/index.ts';
export type { Policy } from './policy/policy.ts';
export {
  differenceOf,
  type PreviewedFile,
  type PreviewedPolicy,
  type PreviewFinding,
  previewFile,
  previewFindings,
  previewPolicy,
} from './policy/preview.ts';
export { type FileProblem, type PolicyFile, type PolicyReading, readPolicies } from './policy/read.ts';
export { type Recording, recordEvaluation } from './policy/recording.ts';
export { type RegoSource, regoSourceOf, withBundle } from './policy/regoSource.ts';
export { isDueForReview } from './policy/review.ts';
export { type Sketch, sketchPolicy } from './policy/sketch/index.ts';
export { vetPolicies } from './policy/vet.ts';
export { type WhyNode, why } from './policy/why.ts';
export { changeFolder, codeOwnersPaths, resourceKinds } from './resource/index.ts';
export { createAudit } from './trust/audit.ts';
export type { VerifiedBundle } from './trust/bundle.ts';
export { CanonicalError, canonicalize } from './trust/canonical.ts';
export { breakOf, type ChainHead, chainStart, headOf, type Link, link } from './trust/chain.ts';
export { checkpointText, openCheckpoint } from './trust/checkpoint.ts';
export { preAuthEncoding } from './trust/dsse.ts';
export {
  emptyFrontier,
  type Frontier,
  grow,
  hashBytes,
  hashLeaf,
  rootOf,
  type Sha256,
  type TreeNode,
} from './trust/merkle.ts';
export { formatNote, formatNoteKey, type NoteKey, noteKey, readNoteKey, type VerifyEd25519 } from './trust/note.ts';
export {
  consistencyRanges,
  hashOfRange,
  inclusionRanges,
  type LeafRange,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from './trust/proof.ts';
export { formatReceipt, verifyReceipt } from './trust/receipt.ts';
export { hashInTile, readTilePath, type TileId, tileOf, tileWidth } from './trust/tile.ts';
export { judgeCheckpoint, type WitnessVerdict } from './trust/witness.ts';
