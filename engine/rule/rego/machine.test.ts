/** What a hostile module cannot do: run on, take memory, call out, leave something behind for the next run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, signed, unsigned } from './binary.ts';
import { createMachine, type Run } from './machine.ts';
import { Refusal } from './refusal.ts';

const i32 = 0x7f;
const code = {
  unreachable: [0x00],
  loop: [0x03, 0x40],
  end: [0x0b],
  branch: [0x0c, 0],
  call: (index: number) => [0x10, ...unsigned(index)],
  drop: [0x1a],
  get: (global: number) => [0x23, global],
  set: (global: number) => [0x24, global],
  load: [0x28, 2, 0],
  store: [0x36, 2, 0],
  grow: [0x40, 0],
  number: (value: number) => [0x41, ...signed(value)],
  add: [0x6a],
};

interface Parts {
  /** The body of `ask`, which takes nothing and gives a number. It is function 1; function 0 is `opa_abort`. */
  readonly ask: readonly (readonly number[])[];
  readonly locals?: readonly number[];
  readonly imports?: readonly number[];
  readonly sections?: readonly (readonly number[])[];
}

/** A module in WebAssembly's binary format. Its one global is an i32 that begins at 0. */
function assembled({ ask, locals = [0], imports = abortAndMemory, sections = [] }: Parts): Uint8Array {
  const body = [...locals, ...ask.flat(), ...code.end];
  return joined([
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [2, 0x60, 1, i32, 0, 0x60, 0, 1, i32]),
    section(2, imports),
    section(3, [1, 1]),
    section(6, [1, i32, 1, ...code.number(0), ...code.end]),
    section(7, [1, ...named('ask'), 0, 1]),
    ...sections,
    section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

const abortAndMemory = [2, ...named('env'), ...named('opa_abort'), 0, 0, ...named('env'), ...named('memory'), 2, 0, 1];

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...unsigned(content.length), ...content];
}

function named(name: string): readonly number[] {
  return [name.length, ...Buffer.from(name)];
}

function run(module: Uint8Array, fuel = 10_000_000): Run<number> {
  return createMachine(module).run(({ call }) => call('ask'), { fuel, builtin: () => undefined });
}

test('a module gives what it gives, and the fuel that this took', () => {
  const { fuel, ...given } = run(assembled({ ask: [code.number(300)] }));
  assert.deepEqual(given, { kind: 'done', value: 300 });
  assert.equal(fuel, 2);
});

test('a loop that never ends is ended, and so is a function that calls itself for ever', () => {
  const loop = assembled({ ask: [code.loop, code.branch, code.end, code.number(1)] });
  assert.deepEqual(run(loop), { kind: 'failed', message: 'it took too long', fuel: 10_000_000 });
  const recursion = run(assembled({ ask: [code.call(1)] }), 1_000);
  assert.deepEqual(recursion, { kind: 'failed', message: 'it took too long', fuel: 1_000 });
});

test('with less fuel than it needs a run fails, with as much it does not, whenever that is', () => {
  const machine = createMachine(assembled({ ask: [code.loop, code.end, code.number(7)] }));
  const at = (fuel: number) => machine.run(({ call }) => call('ask'), { fuel, builtin: () => undefined }).kind;
  const needed = run(assembled({ ask: [code.loop, code.end, code.number(7)] })).fuel;
  assert.deepEqual([at(needed - 1), at(needed), at(needed - 1)], ['failed', 'done', 'failed']);
});

test('recursion beyond the stack fails, and is not a pass', () => {
  assert.equal(run(assembled({ ask: [code.call(1)] }), 2_000_000_000).kind, 'failed');
});

test('memory ends at its bound: more is not given', () => {
  const grow = (pages: number) => run(assembled({ ask: [code.number(pages), code.grow] }));
  const [some, more] = [grow(400), grow(600)];
  assert.deepEqual(some.kind === 'done' && some.value, 16);
  assert.deepEqual(more.kind === 'done' && more.value, -1);
});

test('nothing is left for the next run, neither in memory nor in globals', () => {
  const count = [code.get(0), code.number(1), code.add, code.set(0), code.get(0)];
  const store = [code.number(64), code.number(64), code.load, code.number(1), code.add, code.store];
  const ask = [...store, ...count, code.number(64), code.load, code.add];
  const machine = createMachine(assembled({ ask }));
  for (let round = 0; round < 3; round++) {
    const given = machine.run(({ call }) => call('ask'), { fuel: 1_000, builtin: () => undefined });
    assert.deepEqual(given.kind === 'done' && given.value, 2);
  }
});

test('what a module says on its way out is told, and a trap is a failure', () => {
  const text = Buffer.from('no such thing\0');
  const data = section(11, [1, 0, ...code.number(32), ...code.end, ...unsigned(text.length), ...text]);
  const abort = assembled({ ask: [code.number(32), code.call(0), code.number(1)] });
  const said = joined([abort, data]);
  assert.deepEqual(run(said).kind === 'failed' && (run(said) as { message: string }).message, 'no such thing');
  const trap = run(assembled({ ask: [code.unreachable] }));
  assert.deepEqual(trap.kind === 'failed' && trap.message, 'the module failed');
});

test('a start function has an end too', () => {
  const imports = abortAndMemory;
  const body = [0, ...code.loop, ...code.branch, ...code.end, ...code.end];
  const module = joined([
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [2, 0x60, 1, i32, 0, 0x60, 0, 0]),
    section(2, imports),
    section(3, [1, 1]),
    section(6, [1, i32, 1, ...code.number(0), ...code.end]),
    section(7, [1, ...named('ask'), 0, 1]),
    section(8, [1]),
    section(10, [1, ...unsigned(body.length), ...body]),
  ]);
  const given = run(module);
  assert.equal(given.kind, 'failed');
});

test('what cannot be bounded is refused', () => {
  const refusalOf = (module: Uint8Array): string => {
    try {
      createMachine(module);
      return 'taken';
    } catch (cause) {
      assert.ok(cause instanceof Refusal, String(cause));
      return cause.message;
    }
  };
  const metered = 'the module uses instructions that cannot be metered';
  // memory.fill, whose work is one of its operands; a tail call; a vector.
  for (const instruction of [
    [0xfc, 11, 0],
    [0x12, 1],
    [0xfd, 12],
  ])
    assert.equal(refusalOf(assembled({ ask: [instruction, code.number(1)] })), metered);
  // A block whose type is a reference, and a load from a memory that is named: what follows would be read out of step.
  for (const instruction of [
    [0x02, 0x63, 0x10],
    [0x03, 0xe3, 0x7f],
    [0x28, 0x42, 0, 0],
  ])
    assert.equal(refusalOf(assembled({ ask: [instruction, code.number(1)] })), metered);
  const reference = assembled({ ask: [code.number(1)], locals: [1, 1, 0x63, 0x10] });
  assert.equal(refusalOf(reference), 'the module has variables of types that OPA does not use');
  const refill = assembled({ ask: [code.number(1_000_000), code.set(1), code.number(1)] });
  assert.equal(refusalOf(refill), 'the module uses a global that it does not have');
  const clock = [1, ...named('wasi'), ...named('clock'), 0, 0];
  assert.equal(refusalOf(assembled({ ask: [], imports: clock })), `the module imports "wasi", which is not OPA's`);
  const noMemory = [1, ...named('env'), ...named('opa_abort'), 0, 0];
  assert.equal(refusalOf(assembled({ ask: [], imports: noMemory })), 'the module does not import its memory');
  const ownMemory = section(5, [1, 0, 1]);
  assert.equal(refusalOf(assembled({ ask: [], sections: [ownMemory] })), 'the module is none that OPA compiled');
  assert.equal(refusalOf(Uint8Array.from([1, 2, 3])), 'policy.wasm is no WebAssembly');
  const whole = assembled({ ask: [code.number(1)] });
  for (let end = 8; end < whole.length; end++) assert.notEqual(refusalOf(whole.subarray(0, end)), 'taken');
});
