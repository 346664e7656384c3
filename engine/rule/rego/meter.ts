/**
 * A meter built into a module: WebAssembly cannot be stopped from outside, so it counts for itself. At the entry of each
 * function and of each round of a loop, fuel is taken for every instruction that can be reached from there without going
 * through the next such place; where none is left, the module traps. The same input needs the same fuel on every machine.
 */
import {
  createReader,
  isNumberType,
  joined,
  moduleOf,
  type Reader,
  sectionsOf,
  signed,
  skipImmediates,
  unsigned,
} from './binary.ts';
import { Refusal } from './refusal.ts';

/** A module that stops by itself, and what it wants of its memory. */
export interface MeteredModule {
  readonly bytes: Uint8Array;
  /** In pages of 64 KiB. */
  readonly memory: { readonly minimum: number; readonly maximum: number | null };
}

/** The name of the exported global that holds the fuel, an i32: below zero, it ran out. */
export const fuelName = 'kerb fuel';

const section = { import: 2, global: 6, export: 7, code: 10 };
/** Types, imports, functions, tables, globals, exports, start, elements, code and data; no memory of its own. */
const known: readonly number[] = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11];
const maxCodeBytes = 4_000_000;

/** Builds the meter in. Throws a `Refusal` where the module is not of the kind that OPA compiles. */
export function withMeter(module: Uint8Array): MeteredModule {
  const sections = sectionsOf(module);
  const contentOf = (id: number): Uint8Array => {
    const content = sections.find((one) => one.id === id)?.content;
    if (content === undefined || sections.some((one) => !known.includes(one.id)))
      throw new Refusal('the module is none that OPA compiled');
    return content;
  };
  const memory = memoryOf(contentOf(section.import));
  const globals = createReader(contentOf(section.global));
  const fuel = globals.number();
  const rewritten: Readonly<Record<number, () => Uint8Array>> = {
    // The start function runs on what the global begins with.
    [section.global]: () => joined([unsigned(fuel + 1), rest(globals, contentOf(section.global)), fuelGlobal]),
    [section.export]: () => withExport(contentOf(section.export), fuel),
    [section.code]: () => meteredCode(contentOf(section.code), fuel),
  };
  const bytes = moduleOf(sections.map(({ id, content }) => ({ id, content: rewritten[id]?.() ?? content })));
  return { bytes, memory };
}

const startFuel = 1_000_000;
/** A mutable i32. */
const fuelGlobal = [0x7f, 1, 0x41, ...signed(startFuel), 0x0b];

function rest(reader: Reader, content: Uint8Array): Uint8Array {
  return content.subarray(reader.at());
}

/** Nothing is imported but OPA's own functions and the memory. */
function memoryOf(imports: Uint8Array): MeteredModule['memory'] {
  const reader = createReader(imports);
  let memory: MeteredModule['memory'] | null = null;
  for (let left = reader.number(); left > 0; left--) {
    const [from, name, kind] = [reader.name(), reader.name(), reader.byte()];
    if (from !== 'env') throw new Refusal(`the module imports ${JSON.stringify(from)}, which is not OPA's`);
    if (kind === 0) reader.number();
    else if (kind === 2 && name === 'memory') {
      const hasMaximum = reader.byte() === 1;
      memory = { minimum: reader.number(), maximum: hasMaximum ? reader.number() : null };
    } else throw new Refusal('the module imports something else than functions and its memory');
  }
  if (memory === null) throw new Refusal('the module does not import its memory');
  return memory;
}

function withExport(exports: Uint8Array, fuel: number): Uint8Array {
  const reader = createReader(exports);
  const count = reader.number();
  const name = Array.from(fuelName, (character) => character.charCodeAt(0));
  return joined([unsigned(count + 1), rest(reader, exports), [name.length, ...name, 3, ...unsigned(fuel)]]);
}

function meteredCode(content: Uint8Array, fuel: number): Uint8Array {
  const reader = createReader(content);
  const count = reader.number();
  const bodies: (Uint8Array | readonly number[])[] = [unsigned(count)];
  let total = 0;
  for (let left = count; left > 0; left--) {
    const body = meteredBody(reader.take(reader.number()), fuel);
    total += body.length;
    if (total > maxCodeBytes) throw new Refusal('the module is too large');
    bodies.push(unsigned(body.length), body);
  }
  return joined(bodies);
}

/** A place where fuel is taken, and for how many instructions. */
interface Toll {
  readonly at: number;
  cost: number;
}

function meteredBody(body: Uint8Array, fuel: number): Uint8Array {
  const pieces: (Uint8Array | readonly number[])[] = [];
  let from = 0;
  for (const { at, cost } of tollsOf(body, fuel)) {
    pieces.push(body.subarray(from, at), tollCode(fuel, cost));
    from = at;
  }
  return joined([...pieces, body.subarray(from)]);
}

const opcode = { block: 0x02, loop: 0x03, if: 0x04, end: 0x0b, getGlobal: 0x23, setGlobal: 0x24 };

/** In the order in which they stand. Between two tolls code only runs forward, each instruction at most once. */
function tollsOf(body: Uint8Array, fuel: number): readonly Toll[] {
  const reader = createReader(body);
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.number();
    if (!isNumberType(reader.byte())) throw new Refusal('the module has variables of types that OPA does not use');
  }
  const tolls: Toll[] = [{ at: reader.at(), cost: 0 }];
  // The toll that pays for each block that is open.
  const open: Toll[] = [tolls[0]!];
  while (!reader.isAtEnd()) {
    const payer = open.at(-1);
    if (payer === undefined) throw new Refusal('the module has code behind a function');
    payer.cost++;
    const code = reader.byte();
    // The module must not reach the global that is added to it: it would fill its own tank.
    if (code === opcode.getGlobal || code === opcode.setGlobal) {
      if (reader.number() >= fuel) throw new Refusal('the module uses a global that it does not have');
    } else skipImmediates(code, reader);
    if (code === opcode.loop) {
      const toll = { at: reader.at(), cost: 0 };
      tolls.push(toll);
      open.push(toll);
    } else if (code === opcode.block || code === opcode.if) open.push(payer);
    else if (code === opcode.end) open.pop();
  }
  return tolls;
}

/** `fuel -= cost; if (fuel < 0) unreachable` */
function tollCode(fuel: number, cost: number): readonly number[] {
  const [get, set] = [
    [opcode.getGlobal, ...unsigned(fuel)],
    [opcode.setGlobal, ...unsigned(fuel)],
  ];
  const take = [...get, 0x41, ...signed(cost), 0x6b, ...set];
  return [...take, ...get, 0x41, 0, 0x48, opcode.if, 0x40, 0x00, opcode.end];
}
