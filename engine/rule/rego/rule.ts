/** The `rego` form: a module that OPA compiled, asked for what one of its rules gives of a resource. */
import { didYouMean } from '../../policy/suggest.ts';
import { builtins } from './builtins.ts';
import { readBundleText } from './bundle.ts';
import { type Calls, createMachine, type Machine, type Run } from './machine.ts';
import { orRefusal, Refusal } from './refusal.ts';

/** A rule of Rego that can be asked. */
export interface RegoRule {
  /** What the module answers, as JSON. `input` is JSON, and so are `parameters`. Never throws. */
  evaluate(input: string, parameters: string | null, fuel: number): Run<string>;
}

/** What is wrong with a `rego` rule, and with which part of it. */
interface RegoProblem {
  readonly part: 'bundle' | 'entrypoint';
  readonly message: string;
}

/** Makes a rule ready, or says why it cannot be asked. Never throws. */
export type RegoCompiler = (bundle: string, entrypoint: string) => RegoRule | RegoProblem;

const loadFuel = 50_000_000;
/** A repository has few policies of Rego, and each is some hundred kilobytes of code. */
const mostHeld = 8;

/** A compiler that holds the last few bundles ready: while a policy is written, its bundle stays the same. */
export function createRegoCompiler(): RegoCompiler {
  const held = new Map<string, Loaded | Refusal>();
  return (bundle, entrypoint) => {
    const loaded = held.get(bundle) ?? orRefusal(() => load(bundle));
    held.delete(bundle);
    held.set(bundle, loaded);
    for (const [oldest] of held) if (held.size > mostHeld) held.delete(oldest);
    return ruleIn(loaded, entrypoint);
  };
}

function ruleIn(loaded: Loaded | Refusal, entrypoint: string): RegoRule | RegoProblem {
  if (loaded instanceof Refusal) return { part: 'bundle', message: `this bundle cannot be used: ${loaded.message}` };
  const id = loaded.entrypoints[entrypoint];
  if (id === undefined) {
    const names = Object.keys(loaded.entrypoints).sort();
    const message = `the bundle has no entrypoint of this name${didYouMean(entrypoint, names)}; it has ${names.join(', ')}`;
    return { part: 'entrypoint', message };
  }
  return ruleOf(loaded, id);
}

interface Loaded {
  readonly machine: Machine;
  readonly data: Readonly<Record<string, unknown>>;
  readonly entrypoints: Readonly<Record<string, number>>;
  /** What the module calls each builtin by. */
  readonly builtins: ReadonlyMap<number, string>;
}

function load(bundle: string): Loaded {
  const { module, data } = readBundleText(bundle);
  const machine = createMachine(module);
  const run = machine.run(
    (calls) => ({ entrypoints: numbersOf(calls, 'entrypoints'), builtins: numbersOf(calls, 'builtins') }),
    { fuel: loadFuel, builtin: () => undefined },
  );
  if (run.kind === 'failed') throw new Refusal(run.message);
  const needed = Object.keys(run.value.builtins);
  const missing = needed.filter((name) => !builtins.has(name));
  if (missing.length > 0)
    throw new Refusal(
      `it calls ${missing.join(', ')}, which Kerb does not have: policies have no network, clock or chance, and of what OPA leaves to its host Kerb has ${[...builtins.keys()].join(', ')}`,
    );
  return {
    machine,
    data,
    entrypoints: run.value.entrypoints,
    builtins: new Map(Object.entries(run.value.builtins).map(([name, id]) => [id, name])),
  };
}

/** What OPA's modules say of themselves: names with a number each. */
function numbersOf(calls: Calls, name: 'entrypoints' | 'builtins'): Readonly<Record<string, number>> {
  const value = JSON.parse(calls.json(calls.call(name))) as unknown;
  const numbers: Record<string, number> = Object.create(null);
  for (const [key, number] of Object.entries(value ?? {})) {
    if (typeof number !== 'number') throw new Refusal('the module is none that OPA compiled');
    numbers[key] = number;
  }
  return numbers;
}

function ruleOf({ machine, data, builtins: names }: Loaded, entrypoint: number): RegoRule {
  return {
    evaluate(input, parameters, fuel) {
      const document = parameters === null ? data : { ...data, parameters: JSON.parse(parameters) };
      return machine.run((calls) => ask(calls, entrypoint, input, JSON.stringify(document)), {
        fuel,
        builtin: (id, operands) => builtins.get(names.get(id) ?? '')?.(operands),
      });
    },
  };
}

function ask(calls: Calls, entrypoint: number, input: string, data: string): string {
  const { call } = calls;
  const dataAt = calls.parse(data);
  const inputAt = calls.parse(input);
  const context = call('opa_eval_ctx_new');
  call('opa_eval_ctx_set_input', context, inputAt);
  call('opa_eval_ctx_set_data', context, dataAt);
  call('opa_eval_ctx_set_entrypoint', context, entrypoint);
  if (call('eval', context) !== 0) throw new Refusal('the module failed');
  return calls.json(call('opa_eval_ctx_get_result', context));
}
