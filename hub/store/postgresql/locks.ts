/** The advisory locks that replicas share: the first number says what for, the second which. */

/** Migrating. */
export const migrationLock = 7_345_001;
/** Appending to a tenant's log, or deleting its records. */
export const appendLock = 7_345_002;
/** Doing what one hub alone does at a time: to found a tenant. */
export const startLock = 7_345_003;
