/** The messages that the server answers beyond LSP, for its own extension and for any other client. */
import { z } from 'zod';

/** Names of the messages. Requests go to the server; `status` is a notification from it. */
export const messages = {
  catalogue: 'kerb/catalogue',
  explain: 'kerb/explain',
  check: 'kerb/checkWorkspace',
  status: 'kerb/status',
} as const;

/** Commands of the server, by `workspace/executeCommand`. */
export const commands = { explain: 'kerb.server.explain', reload: 'kerb.server.reload' } as const;

/** What a client may say in `initializationOptions`. */
export const initializationSchema = z.object({
  /** `push`: never by pull, also where the client could. Without it a client that can pull is answered by pull alone. */
  diagnostics: z.enum(['push', 'pull']).optional(),
  /** Most diagnostics of one file, the gravest first; what is left out is said in one more. */
  mostDiagnostics: z.number().int().min(1).max(100_000).optional(),
  /** Whether the client wants `kerb/status`. */
  status: z.boolean().optional(),
});
export type Initialization = z.infer<typeof initializationSchema>;

/** `kerb/explain`: a policy's page in Markdown. Without `uri` the first root's policies are asked. */
export const explainSchema = z.object({ policy: z.string().max(200), uri: z.string().max(10_000).optional() });
export type ExplainParams = z.infer<typeof explainSchema>;
export interface ExplainResult {
  readonly markdown: string | null;
}

/** `kerb/catalogue`: every policy of every root. */
export interface CatalogueResult {
  readonly policies: readonly CatalogueEntry[];
}
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  /** What a gate does in this workspace; `off` where the configuration switched it off. */
  readonly enforcement: string;
  readonly why: string;
  readonly controls: readonly string[];
  readonly equivalents: readonly string[];
  readonly owners: readonly string[];
  /** URI of the policy's file, where it is a file of the workspace. */
  readonly source: string | null;
}

/** `kerb/checkWorkspace`: judges every file, also closed ones, and publishes what it finds. */
export const checkSchema = z.object({ workDoneToken: z.union([z.string(), z.number()]).optional() });
export type CheckParams = z.infer<typeof checkSchema>;
export interface CheckResult {
  readonly files: number;
  readonly findings: number;
  readonly cancelled: boolean;
}

/** `kerb/status`: what the server works with, after a start and after every reload. */
export interface Status {
  readonly policies: number;
  /** Policies, configurations and files that could not be read, in words. */
  readonly problems: readonly string[];
  readonly roots: readonly string[];
}
