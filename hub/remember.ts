/** A function that remembers what it answered last, since the same questions come again and again. */

/** `max` answers at most, of which the oldest goes first. Null is not kept: nobody fills the memory with what is nothing. */
export function remembering<Answer extends object>(
  max: number,
  answer: (question: string) => Answer | null,
): (question: string) => Answer | null {
  const known = new Map<string, Answer>();
  return (question) => {
    const remembered = known.get(question);
    if (remembered !== undefined) return remembered;
    const fresh = answer(question);
    if (fresh === null) return null;
    if (known.size >= max) known.delete(known.keys().next().value!);
    known.set(question, fresh);
    return fresh;
  };
}
