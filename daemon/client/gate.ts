/** The gate that hooks and commands ask: the daemon's where one answers, else the same code in this process. */

import type { GateAnswer, LocalGate } from '../gate/localGate.ts';
import type { Address } from '../process/address.ts';
import { decideAnswer } from '../protocol.ts';
import { ask, type Reply } from './ask.ts';

export interface ConnectOptions {
  readonly address: Address;
  /** Opens the gate in this process. It is called once, and only when it is needed. */
  readonly openHere: () => Promise<LocalGate>;
  /** Starts a daemon for the next time, without waiting for it. Called last: until then it would only take the cores. */
  readonly launch: () => void;
  /** Tells the person something that is no part of the verdict. */
  readonly note: (message: string) => void;
  /** How long the daemon may take for a decision. A decision here follows where it does not come. */
  readonly timeoutMs?: number;
}

/** Connects to nothing yet: each decision asks the daemon first. */
export function connectGate(options: ConnectOptions): LocalGate {
  let here: Promise<LocalGate> | null = null;
  let isAbsent = false;
  const decideHere: LocalGate['decide'] = async (request) => {
    here ??= options.openHere();
    return (await here).decide(request);
  };
  return {
    async decide(request) {
      const reply = await ask(options.address, {
        method: 'POST',
        path: '/v1/decide',
        body: request,
        answer: decideAnswer,
        timeoutMs: options.timeoutMs ?? 30_000,
      });
      if (reply.kind === 'answer') return received(reply.value);
      if (reply.kind === 'absent' || (reply.kind === 'refused' && reply.code === 'stopping')) isAbsent = true;
      else options.note(`the daemon did not decide, so this process does: ${reasonOf(reply)}`);
      return decideHere(request);
    },
    async close() {
      try {
        await (await here)?.close();
      } finally {
        if (isAbsent) options.launch();
      }
    },
  };
}

/** The envelope is checked; what is in the report is the daemon's own value, written and read by the same code. */
function received({ outcome, seq, text, report }: typeof decideAnswer._output): GateAnswer {
  const policies = new Map(report.policies.map((policy) => [policy.id, policy]));
  return { outcome, seq, text, report: { ...report, policies } as unknown as GateAnswer['report'] };
}

function reasonOf(reply: Exclude<Reply<unknown>, { kind: 'answer' | 'absent' }>): string {
  if (reply.kind === 'refused' && reply.code === 'unknownRequest') return `it is older (${reply.message})`;
  return reply.kind === 'refused' ? reply.message : reply.reason;
}
