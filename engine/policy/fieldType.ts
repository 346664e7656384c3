/** Where the paths of a policy lead in the types of its resources. */
import { dyn, formatType, type Type } from '../cel/type.ts';
import type { Path } from '../model.ts';
import { didYouMean } from './suggest.ts';

/** The type of what stands at a path; `dyn` where only a document says. */
export function typeAt(type: Type, path: Path): Type {
  return path.reduce<Type>(step, type);
}

/** What a list or a map holds; null where `each` finds nothing to go through. */
export function elementType(type: Type): Type | null {
  if (type.kind === 'list') return type.element;
  if (type.kind === 'map') return type.value;
  return type.kind === 'dyn' || type.kind === 'object' ? dyn : null;
}

/** Why nothing of a type has a path; null where something may. */
export function pathProblem(type: Type, path: Path): string | null {
  let at = type;
  for (const key of path) {
    const problem = keyProblem(at, key);
    if (problem !== null) return problem;
    at = step(at, key);
  }
  return null;
}

function keyProblem(type: Type, key: string | number): string | null {
  if (type.kind === 'object') {
    const isKnown = type.additional !== null || Object.hasOwn(type.fields, key);
    return isKnown ? null : `${type.name} has no field "${key}"${didYouMean(String(key), Object.keys(type.fields))}`;
  }
  const mayHave = type.kind === 'dyn' || type.kind === 'map' || (type.kind === 'list' && typeof key === 'number');
  return mayHave ? null : `${formatType(type)} has no fields`;
}

function step(type: Type, key: string | number): Type {
  if (type.kind === 'list') return type.element;
  if (type.kind === 'map') return type.value;
  if (type.kind !== 'object') return dyn;
  return Object.hasOwn(type.fields, key) ? (type.fields[key] ?? dyn) : (type.additional ?? dyn);
}
