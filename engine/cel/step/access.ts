/** Names, fields, presence, indices. */

import type { Reference } from '../check/notes.ts';
import { isPlain, lookUp, lookUpField, missing } from '../lookUp.ts';
import type { Expression, Has, Index, Name, Select } from '../syntax/expression.ts';
import { CelError, type CelValue, isMap, none, Optional, type Result, some, stops } from '../value.ts';
import { type Compiler, misfit, type Step } from './frame.ts';

export function nameStep(compiler: Compiler, node: Name): Step {
  return referenceStep(compiler.notes.references.get(node) ?? { kind: 'missing', name: node.name }, node);
}

function referenceStep(reference: Reference, node: Name | Select): Step {
  switch (reference.kind) {
    case 'slot': {
      const { slot } = reference;
      return (frame) => frame.slots[slot] as Result;
    }
    case 'constant':
      return () => reference.value;
    case 'missing': {
      const error = new CelError(`unknown variable "${reference.name}"`, node.span);
      return () => error;
    }
  }
}

export function selectStep(compiler: Compiler, node: Select): Step {
  const reference = compiler.notes.references.get(node);
  if (reference !== undefined) return referenceStep(reference, node);
  const operand = compiler.step(node.operand);
  const { field } = node;
  if (node.optional) return optionalFieldStep(operand, node);
  const absent = new CelError(`no such key: "${field}"`, node.fieldSpan);
  const otherwise = (value: Result): Result => {
    if (stops(value)) return value;
    if (value instanceof Optional) return chainedField(value, field, absent);
    const found = lookUpField(value, field);
    return found === missing ? absent : found;
  };
  const slot = slotOf(compiler, node.operand);
  return slot === null
    ? fieldStep(operand, field, { absent, otherwise })
    : slotFieldStep(slot, field, { absent, otherwise });
}

interface Fallback {
  readonly absent: CelError;
  /** For operands that are no plain map. */
  readonly otherwise: (value: Result) => Result;
}

function fieldStep(operand: Step, field: string, { absent, otherwise }: Fallback): Step {
  return (frame) => {
    const value = operand(frame);
    if (!isPlain(value)) return otherwise(value);
    const found = value[field];
    return found === undefined ? absent : found;
  };
}

/** The same for a variable, which is most of all selections: a call less. */
function slotFieldStep(slot: number, field: string, { absent, otherwise }: Fallback): Step {
  return (frame) => {
    const value = frame.slots[slot] as Result;
    if (!isPlain(value)) return otherwise(value);
    const found = value[field];
    return found === undefined ? absent : found;
  };
}

function slotOf(compiler: Compiler, node: Expression): number | null {
  const reference = compiler.notes.references.get(node);
  return reference?.kind === 'slot' ? reference.slot : null;
}

function optionalFieldStep(operand: Step, { field }: Select): Step {
  return (frame) => {
    const value = operand(frame);
    return stops(value) ? value : optionalFieldOf(value, field);
  };
}

/** The field as an optional: none where there is none, or nothing that could have fields. */
function optionalFieldOf(operand: CelValue, field: string): Result {
  const value = operand instanceof Optional ? operand.value : operand;
  if (value === undefined) return none;
  const found = lookUpField(value, field);
  return found === missing ? none : wrap(found);
}

/** `.` after an optional goes on only within a map; `.?` takes anything else for a map without the field. */
function chainedField({ value }: Optional, field: string, absent: CelError): Result {
  return value === undefined || isMap(value) ? optionalFieldOf(value === undefined ? none : value, field) : absent;
}

/** An unknown stays unknown: whether it is present cannot be told. */
function wrap(found: CelValue): Result {
  return stops(found) ? found : some(found);
}

export function hasStep(compiler: Compiler, node: Has): Step {
  const operand = compiler.step(node.select.operand);
  const { field } = node.select;
  const slot = slotOf(compiler, node.select.operand);
  const otherwise = (value: Result): Result => {
    if (stops(value)) return value;
    const inner = value instanceof Optional ? value.value : value;
    return inner !== undefined && lookUpField(inner, field) !== missing;
  };
  if (slot === null) {
    return (frame) => {
      const value = operand(frame);
      return isPlain(value) ? value[field] !== undefined : otherwise(value);
    };
  }
  return (frame) => {
    const value = frame.slots[slot] as Result;
    return isPlain(value) ? value[field] !== undefined : otherwise(value);
  };
}

export function indexStep(compiler: Compiler, node: Index): Step {
  const operand = compiler.step(node.operand);
  const index = compiler.step(node.index);
  const outOfBounds = misfit(node.span, 'index out of bounds');
  const noKey = misfit(node.span, 'no such key');
  return (frame) => {
    const value = operand(frame);
    if (stops(value)) return value;
    const key = index(frame);
    if (stops(key)) return key;
    const container = value instanceof Optional ? value.value : value;
    if (container === undefined) return none;
    const found = lookUp(container, key);
    if (node.optional || value instanceof Optional) return optionally(found, node);
    if (found === missing) return Array.isArray(container) ? outOfBounds : noKey;
    return found instanceof CelError ? misfit(node.span, found.message) : found;
  };
}

function optionally(found: CelValue | CelError | typeof missing, node: Index): Result {
  if (found === missing) return none;
  return found instanceof CelError ? misfit(node.span, found.message) : wrap(found);
}
