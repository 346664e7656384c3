/** What a browser takes of the engine: verification of what a log shows, and nothing that parses or judges. */
export { type NoteKey, readNoteKey, type VerifyEd25519 } from './trust/note.ts';
export { verifyReceipt } from './trust/receipt.ts';
export { judgeCheckpoint, type Look, type WitnessVerdict } from './trust/witness.ts';
