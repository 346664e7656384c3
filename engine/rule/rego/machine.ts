/** One run of a module by OPA's ABI 1.x: values in, JSON out. Each run begins with the same memory, and leaves nothing behind. */
import { decodeUtf8, encodeUtf8 } from '../../cel/utf8.ts';
import { fuelName, type MeteredModule, withMeter } from './meter.ts';
import {
  type CompiledModule,
  compileModule,
  createMemory,
  type Instance,
  instantiate,
  type Memory,
} from './platform.ts';
import { Refusal } from './refusal.ts';

/** A module that can be run. */
export interface Machine {
  /** Runs a conversation with a fresh instance. Never throws. */
  run<T>(talk: (calls: Calls) => T, options: RunOptions): Run<T>;
}

interface RunOptions {
  readonly fuel: number;
  /** What a builtin that OPA left to its host gives, as JSON. Undefined, as in Rego, where it gives nothing. */
  readonly builtin: (id: number, operands: readonly Operand[]) => string | undefined;
}

/** A value that a builtin is called with, written down when it is asked for. */
export interface Operand {
  /** Sets are lists there. */
  json(): string;
  /** As Rego writes it, without blanks. */
  rego(): string;
}

/** How a run ended, and what it took. */
export type Run<T> =
  | { readonly kind: 'done'; readonly value: T; readonly fuel: number }
  | { readonly kind: 'failed'; readonly message: string; readonly fuel: number };

/** What is called in a module: addresses in, addresses out. */
export interface Calls {
  /** The address of what an exported function returns. */
  call(name: string, ...operands: readonly number[]): number;
  /** The value that a JSON text is, in the module's memory. */
  parse(json: string): number;
  /** A value as JSON, where sets are lists, and as Rego writes it. */
  json(value: number): string;
  rego(value: number): string;
}

/** The memory that each run begins with; one that grew is not used again. */
const minPages = 16;
const maxPages = 512;
const maxResultBytes = 1_000_000;

/** Makes a module ready. Throws a `Refusal` where it cannot be run. */
export function createMachine(module: Uint8Array): Machine {
  const metered = withMeter(module);
  const compiled = compiledOf(metered);
  let spare: Memory | null = null;
  return {
    run(talk, options) {
      const memory = spare ?? memoryFor(metered);
      spare = null;
      new Uint8Array(memory.buffer).fill(0);
      const size = memory.buffer.byteLength;
      const run = runOnce(compiled, memory, talk, options);
      if (memory.buffer.byteLength === size) spare = memory;
      return run;
    },
  };
}

function compiledOf({ bytes }: MeteredModule): CompiledModule {
  try {
    return compileModule(bytes);
  } catch {
    throw new Refusal('policy.wasm is not valid WebAssembly');
  }
}

function memoryFor({ memory: { minimum, maximum } }: MeteredModule): Memory {
  const most = Math.min(maximum ?? maxPages, maxPages);
  if (minimum > most) throw new Refusal('the module wants more memory than it may have');
  return createMemory(Math.min(Math.max(minimum, minPages), most), most);
}

function runOnce<T>(
  module: CompiledModule,
  memory: Memory,
  talk: (calls: Calls) => T,
  { fuel, builtin }: RunOptions,
): Run<T> {
  let gauge: { value: number } | null = null;
  const spent = (): number => fuel - Math.max(0, gauge?.value ?? 0);
  try {
    const instance = instantiate(module, {
      env: imports(memory, (id, operands) => {
        const given = builtin(
          id,
          operands.map((value) => ({ json: () => calls.json(value), rego: () => calls.rego(value) })),
        );
        return given === undefined ? 0 : calls.parse(given);
      }),
    });
    gauge = instance.exports[fuelName] as { value: number };
    gauge.value = fuel;
    const calls = callsOf(instance, memory);
    return { kind: 'done', value: talk(calls), fuel: spent() };
  } catch (cause) {
    return { kind: 'failed', message: reasonOf(cause, gauge?.value ?? 0), fuel: spent() };
  }
}

function reasonOf(cause: unknown, fuelLeft: number): string {
  if (fuelLeft < 0) return 'it took too long';
  if (cause instanceof Refusal) return cause.message;
  // What the platform says of traps differs from one version to the next.
  return 'the module failed';
}

type Builtin = (id: number, operands: readonly number[]) => number;

/** What OPA's modules import: the builtins that their host has, called with an id, a context and up to four values. */
function imports(memory: Memory, builtin: Builtin): object {
  const call = (id: number, _context: number, ...operands: number[]): number => builtin(id, operands);
  return {
    memory,
    opa_abort(at: number): never {
      throw new Refusal(textAt(memory, at));
    },
    opa_println(): void {},
    opa_builtin0: call,
    opa_builtin1: call,
    opa_builtin2: call,
    opa_builtin3: call,
    opa_builtin4: call,
  };
}

function callsOf({ exports }: Instance, memory: Memory): Calls {
  const call: Calls['call'] = (name, ...operands) => {
    const exported = exports[name];
    if (typeof exported !== 'function') throw new Refusal(`the module has no ${name}: it is none that OPA compiled`);
    return exported(...operands) as number;
  };
  return {
    call,
    parse(json) {
      const bytes = encodeUtf8(json);
      const at = call('opa_malloc', bytes.length);
      new Uint8Array(memory.buffer).set(bytes, at);
      const value = call('opa_json_parse', at, bytes.length);
      if (value === 0) throw new Refusal('the module could not read its input');
      return value;
    },
    json: (value) => textAt(memory, call('opa_json_dump', value)),
    rego: (value) => textAt(memory, call('opa_value_dump', value)),
  };
}

/** The text at an address, up to its zero. */
function textAt(memory: Memory, at: number): string {
  const bytes = new Uint8Array(memory.buffer, at);
  const end = bytes.subarray(0, maxResultBytes).indexOf(0);
  if (end < 0) throw new Refusal(`it gave more than ${maxResultBytes} bytes`);
  const text = decodeUtf8(bytes.subarray(0, end));
  if (text === null) throw new Refusal('it gave a text that is not UTF-8');
  return text;
}
