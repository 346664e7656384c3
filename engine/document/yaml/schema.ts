import { Schema } from 'yaml';

/** What plain scalars mean. One schema serves all readings: making it is a tenth of a short one. Merges are ours to judge. */
export const coreSchema = new Schema({ schema: 'core', merge: false, resolveKnownTags: true });
