/**
 * What the hub answers: the messages and signed documents that a daemon knows. HTTP is the truth; the WebSocket
 * says "look again", and may bring what there is to be seen. Everything is JSON, bounded, and parsed with these schemas before anything else looks at it. The
 * façade: the daemon imports this file alone.
 */
export { type Hint, hint, hubError } from './protocol/answer.ts';
export {
  type ChangeProposal,
  type ChangeShown,
  type ChangeSignature,
  type ChangeSummary,
  changeList,
  changeOutcome,
  changeProposal,
  changeShown,
  changeSignature,
  signedRoot,
} from './protocol/change.ts';
export { jobDecisionPath, jobDecisionTaken } from './protocol/ci.ts';
export {
  type CommentPlace,
  commentList,
  type GivenComment,
  type ShownComment,
  shownComment,
} from './protocol/comment.ts';
export {
  type AccessToken,
  accessToken,
  assertionType,
  clientId,
  type DeviceAuthorization,
  type DeviceStatus,
  deviceAuthorization,
  deviceGrant,
  deviceStatus,
  labels,
  tokenError,
} from './protocol/device.ts';
export {
  bundleTarget,
  bundleVersionOf,
  distributionLimits,
  exceptionsTarget,
  publicationType,
  rolloutTarget,
} from './protocol/distribution.ts';
export { type Envelope, envelope } from './protocol/envelope.ts';
export {
  type ExceptionApproval,
  type ExceptionRenewal,
  type ExceptionRevocation,
  type ExceptionShown,
  type ExceptionSummary,
  exceptionApproval,
  exceptionDenial,
  exceptionList,
  exceptionRenewal,
  exceptionRevocation,
  exceptionShown,
  exceptionStates,
  type GivenApproval,
  maxApproverSkewMs,
  proposedExceptions,
} from './protocol/exception.ts';
export {
  type ExceptionRequestState,
  exceptionRequestPayloadType,
  exceptionRequestState,
  exceptionRequestStates,
  maxRequestStates,
} from './protocol/exceptionRequest.ts';
export { feedbackPayloadType, feedbackTaken } from './protocol/feedback.ts';
export {
  batchPayloadType,
  type DecisionRecord,
  decisionRecord,
  type GapRecord,
  type JournalAcknowledgement,
  type JournalEntry,
  type JournalRecord,
  journalAcknowledgement,
  journalBatch,
  journalEntry,
  journalRecord,
  maxBatchEntries,
  type RecordedFinding,
} from './protocol/journal.ts';
export { hubPaths } from './protocol/path.ts';
export {
  compareWeight,
  eachOf,
  groupName,
  heaviestGroups,
  maxNamedFindings,
  maxReplayAnswerBytes,
  maxReplayAnswers,
  maxReplayDays,
  maxReplayGroups,
  openReplays,
  type ReplayAnswer,
  type ReplayGroup,
  type ReplayObstacle,
  type ReplayOwner,
  type ReplayQuestion,
  type ReplayShown,
  type ReplaySummary,
  type ReplayTask,
  type ReplayTransitions,
  replayAnswer,
  replayAnswerType,
  replayFindingKinds,
  replayObstacles,
  replayQuestion,
  replayQuestionType,
  replayShown,
  replaySummary,
  replayTask,
  replayTransitions,
} from './protocol/replay.ts';
export {
  countedWords,
  findingWords,
  obstacleWords,
  transitionWords,
  turnedWords,
} from './protocol/replayWords.ts';
export { type RolloutStatus, rolloutReason, rolloutStatus } from './protocol/rollout.ts';
export { type KeyDocument, proposedTargets, type Sealed } from './protocol/targets.ts';
