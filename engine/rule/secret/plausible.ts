/** Whether what looks like a secret can be one: no stand-in for it, and no reference to where it is kept. */

/** Shannon entropy of the characters, in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<number, number>();
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Whether the text may be a real secret. Linear in its length. */
export function isPlausible(text: string): boolean {
  return !isReference(text) && !isPlaceholder(text);
}

/** A text that says where a secret comes from: a variable, a template, a call, a vault's address. */
function isReference(text: string): boolean {
  return references.some((pattern) => pattern.test(text));
}

const references: readonly RegExp[] = [
  /\$\{|\$\(|\{\{|\}\}|<%|#\{|%\(|\$\[\[/,
  /^\$[A-Za-z_]/,
  /^%[A-Za-z_]\w*%$/,
  /^[<[({].*[>\])}]$/,
  /^(?:process\.env|import\.meta|os\.(?:environ|getenv)|System\.getenv|ENV\[|env\.|secrets?\.|vars\.|params\.|config\.|settings\.|self\.|this\.)/,
  /^(?:vault|op|sm|ssm|ref\+|awssm|gcpsm|azurekeyvault|secretsmanager|keyvault|doppler|env|file|bws)[+\w]*:/i,
  /^(?:arn:aws|projects\/[^/]*\/secrets\/|ENC\[|AgA[A-Z]|!vault|\$ANSIBLE_VAULT|@Microsoft\.KeyVault)/,
  /\b(?:secretKeyRef|valueFrom|getenv|secretRef)\b/,
  /^[A-Za-z_][\w.]*\([^)]*\)?$/,
];

/** A text that stands where a secret should, and is none. `¦` keeps made-up credentials apart in the pages of policies. */
function isPlaceholder(text: string): boolean {
  if (text.length > long) return standInLong.test(text);
  return stand.test(text) || new Set(text).size <= 3 || hasRun(text) || hasSequence(text.toLowerCase());
}

/** In a key of thousands of random letters any short word may stand by chance. */
const long = 300;
const standInLong = /\.\.\.|\u2026|¦|\*\*\*|\u2022|redacted|placeholder|example|your[-_ ]/i;

const stand =
  /example|sample|placeholder|change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|with|this)|redacted|masked|dummy|fake|mock|insert[-_ ]?(?:your|here)|your[-_ ]?(?:[a-z]+[-_ ])?(?:key|token|secret|password|api|account|org|client|app|own|here)|\byour\b|my[-_ ]?(?:api[-_ ]?)?(?:key|token|secret|password)\b|(?:key|token|secret|password)[-_ ]?(?:goes[-_ ])?here|xxxx|\.\.\.|\u2026|¦|\*\*\*|\u2022|todo|fixme|tbd\b|not[-_ ]?(?:a[-_ ])?(?:real|set|secret|needed|used)|deadbeef|foobar|lorem|^(?:none|null|nil|undefined|true|false|empty|unset|n\/a)$/i;

/** The same character many times. Encoded binary has long runs of A, which is its zero. */
function hasRun(text: string): boolean {
  let run = 1;
  for (let at = 1; at < text.length; at++) {
    run = text[at] === text[at - 1] ? run + 1 : 1;
    if (run >= (text[at] === 'A' ? 12 : 6)) return true;
  }
  return false;
}

/** Eight or more neighbours of the alphabet or of the digits in a row, up or down: `12345678`, `abcdefgh`. */
function hasSequence(text: string): boolean {
  let [run, step] = [1, 0];
  for (let at = 1; at < text.length; at++) {
    const difference = text.charCodeAt(at) - text.charCodeAt(at - 1);
    const goesOn = Math.abs(difference) === 1 && difference === step;
    run = goesOn ? run + 1 : 2;
    step = difference;
    if (goesOn && run >= 8) return true;
  }
  return false;
}
