/** What words of a shell are made of: the variables and expressions whose text becomes part of them. */

export interface WordReading {
  readonly variables: readonly string[];
  /** Contexts of GitHub, read from the file of the event. */
  readonly contexts: readonly string[];
  /** Where expressions begin, each of which is a run of `$`. */
  readonly expressions: readonly number[];
}

/**
 * Reads words. What a substitution prints is unknown, but for what `echo` and `jq` on the event plainly give; a variable from
 * which classes of characters are taken counts as cleaned.
 */
export function readWord(text: string): WordReading {
  const variables: string[] = [];
  const contexts: string[] = [];
  const expressions: number[] = [];
  let quote = '';
  for (const { index, groups } of text.matchAll(wordForm)) {
    const { expression, echoed, substitution, braced, change, plain, mark } = groups!;
    if (expression !== undefined) expressions.push(index);
    else if (mark !== undefined) quote = quote === '' ? mark : quote === mark ? '' : quote;
    else if (quote === "'") continue;
    else if (echoed !== undefined) {
      const inner = readWord(echoed);
      variables.push(...inner.variables);
      contexts.push(...inner.contexts);
      const from = index + text.slice(index).indexOf(echoed);
      expressions.push(...inner.expressions.map((at) => from + at));
    } else if (substitution !== undefined) contexts.push(...eventField(substitution));
    else if (braced !== undefined && keepsText.test(change ?? '')) variables.push(braced);
    else if (plain !== undefined) variables.push(plain);
  }
  return { variables, contexts, expressions };
}

/** The variables that a text names, quoted or not. */
export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$(?:\{|env:)?([A-Za-z_]\w*)/gi)].map(([, name]) => name!);
}

const wordForm =
  /\\.|(?<expression>\${6,})|\$\(\s*(?:echo|printf)\s+(?!\s)(?<echoed>[^|;&()`]*)\)|(?<substitution>\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`)|\$\{(?<braced>[A-Za-z_]\w*)(?<change>[^}]{0,200})\}|\$(?:env:)?(?<plain>[A-Za-z_]\w*)|(?<mark>["'])/gs;

/** `${A#refs/heads/}`, `${A%/*}`, `${A:-b}`, `${A,,}`, `${A//b/c}`: most of the text is still there. */
const keepsText = /^(?:|[#%]{1,2}[^[]*|:?-.*|,,?|\^\^?|\/\/?[^[]*)$/s;

/** `$(jq -r .issue.title "$GITHUB_EVENT_PATH")` */
function eventField(substitution: string): readonly string[] {
  const found =
    /^\$\(\s*jq\s+(?:-\w+\s+|--raw-output\s+)*["']?((?:\.[A-Za-z_]\w*)+)["']?\s+(?:<\s*)?["']?\$\{?GITHUB_EVENT_PATH\}?["']?\s*\)$/.exec(
      substitution,
    );
  return found === null ? [] : [`github.event${found[1]!.toLowerCase()}`];
}
