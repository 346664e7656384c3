/** What a schema says of a place in a document: through optional parts, alternatives, lists and maps. */
import * as z from 'zod';
import type { Path } from '../model.ts';

/** Every schema that may hold at a path. A name right below a list is a name in its items: indices may be left out. */
export function schemasAt(schema: z.ZodType, path: Path): readonly z.ZodType[] {
  return path.reduce<readonly z.ZodType[]>(
    (at, key) => at.flatMap((one) => formsOf(one).flatMap((form) => step(form, key))),
    [schema],
  );
}

/** What a schema may be, without what makes it optional or turns it into something else. */
export function formsOf(schema: z.ZodType): readonly z.ZodType[] {
  if (schema instanceof z.ZodLazy) return formsOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodOptional) return formsOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return formsOf(schema.in as z.ZodType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => formsOf(option as z.ZodType));
  return [schema];
}

/** The members of an object, by name; none of anything else. */
export function membersOf(form: z.ZodType): Readonly<Record<string, z.ZodType>> {
  return form instanceof z.ZodObject ? (form.shape as Readonly<Record<string, z.ZodType>>) : {};
}

function step(form: z.ZodType, key: string | number): readonly z.ZodType[] {
  if (form instanceof z.ZodArray) {
    const element = form.element as z.ZodType;
    return typeof key === 'number' ? [element] : formsOf(element).flatMap((inner) => step(inner, key));
  }
  if (form instanceof z.ZodRecord) return [form.valueType as z.ZodType];
  const members = membersOf(form);
  return Object.hasOwn(members, key) ? [members[key]!] : [];
}
