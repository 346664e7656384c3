/** Every path that a device asks for, below the hub's address. */
export const hubPaths = {
  /** `POST`, RFC 8628 3.1. */
  deviceAuthorization: '/v1/device/authorize',
  /** `POST`, RFC 6749. */
  token: '/v1/token',
  /** `PUT` */
  deviceStatus: '/v1/device/status',
  /** `GET <metadata>/timestamp.json`, `<metadata>/N.root.json`, `<metadata>/N.snapshot.json`, `<metadata>/N.<role>.json` */
  metadata: '/v1/tuf/metadata',
  /** `GET <targets>/<directory>/<sha256>.<name>`: `/v1/tuf/targets/policies/ab….7.json` */
  targets: '/v1/tuf/targets',
  /** `POST` an envelope of a batch; `GET` what is acknowledged of the calling device. */
  journal: '/v1/journal',
  /** `POST` an envelope of a request; `GET` states. */
  exceptionRequests: '/v1/exception-requests',
  /** `POST` an envelope of what a person says of a finding; `GET` what was said of a policy's. */
  feedback: '/v1/feedback',
  /** Below it: exceptions that were asked for, and their decisions. */
  exceptions: '/v1/exceptions',
  /** Below it: changes of policies, for their authors and reviewers. */
  changes: '/v1/changes',
  /** Below it: replays, for devices. */
  replays: '/v1/replays',
  /** The rollout under way, and below it what is done about it. */
  rollout: '/v1/rollout',
  /** `POST` a signed root. */
  root: '/v1/tuf/root',
  /** `GET`: what a witness of the log asks for. `consistency?from=N&to=M`; `receipts/ID`. */
  logKey: '/v1/log/key',
  checkpoint: '/v1/log/checkpoint',
  consistency: '/v1/log/consistency',
  receipts: '/v1/log/receipts',
  /** WebSocket upgrade. */
  hints: '/v1/hints',
} as const;
