/** Why a bundle, a module or a result cannot be used. Thrown deep within readers of bytes, caught where they begin. */
export class Refusal extends Error {}

/** What `make` makes, or the words of its refusal. */
export function orRefusal<T>(make: () => T): T | Refusal {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof Refusal) return cause;
    throw cause;
  }
}
