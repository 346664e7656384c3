/** What a browser takes of the engine: verification of what a log shows, and nothing that parses or judges. */
export { openCheckpoint } from './trust/checkpoint.ts';
export { type NoteKey, readNoteKey, type VerifyEd25519 } from './trust/note.ts';
export { readReceipt, verifyReceipt } from './trust/receipt.ts';
export { judgeCheckpoint, type WitnessVerdict } from './trust/witness.ts';
