/** List and map expressions. */
import { Unknown } from '../../model.ts';
import { createMap, isMapKey } from '../map.ts';
import type { ListExpression, MapExpression } from '../syntax/expression.ts';
import { type CelError, type CelValue, type MapKey, Optional, type Result, stops } from '../value.ts';
import { type Compiler, combine, isExhausted, misfit, type Step } from './frame.ts';

export function listStep(compiler: Compiler, node: ListExpression): Step {
  const items = node.items.map((item) => ({ step: compiler.step(item.value), optional: item.optional }));
  const notOptional = misfit(node.span, 'after ? an optional is wanted');
  return (frame) => {
    const values: CelValue[] = [];
    let stop: CelError | Unknown | null = null;
    for (const { step, optional } of items) {
      const value = step(frame);
      if (stops(value)) {
        stop = combine(stop, value);
        if (!(value instanceof Unknown)) return stop;
      } else if (!optional) values.push(value);
      else if (!(value instanceof Optional)) return notOptional;
      else if (value.value !== undefined) values.push(value.value);
    }
    return stop ?? values;
  };
}

export function mapStep(compiler: Compiler, node: MapExpression): Step {
  const entries = node.entries.map(({ key, value, optional }) => ({
    key: compiler.step(key),
    value: compiler.step(value),
    optional,
    badKey: misfit(key.span, 'a key is a string, int, uint or bool'),
    notOptional: misfit(value.span, 'after ? an optional is wanted'),
  }));
  const repeated = misfit(node.span, 'a key comes twice');
  return (frame): Result => {
    const pairs: [MapKey, CelValue][] = [];
    let stop: CelError | Unknown | null = null;
    for (const { key, value, optional, badKey, notOptional } of entries) {
      const name = key(frame);
      const content = stops(name) ? name : value(frame);
      if (stops(name) || stops(content)) {
        stop = combine(stop, content as CelError | Unknown);
        if (isExhausted(stop)) return stop;
      } else if (!isMapKey(name)) return badKey;
      else if (!optional) pairs.push([name, content]);
      else if (!(content instanceof Optional)) return notOptional;
      else if (content.value !== undefined) pairs.push([name, content.value]);
    }
    return stop ?? createMap(pairs) ?? repeated;
  };
}
