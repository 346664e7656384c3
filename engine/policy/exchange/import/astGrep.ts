/** A rule of ast-grep (https://ast-grep.github.io/reference/yaml.html): its `rule` is a Kerb policy's `pattern` as it stands. */
import * as z from 'zod';
import { literalOf } from '../rewrite.ts';
import { type Draft, escaped, idPart, saying } from './draft.ts';
import { fitting, type Manifest } from './manifest.ts';
import { Refusal } from './refusal.ts';

const rules = z.lazy(() => z.record(z.string(), z.unknown()));
const globs = z.lazy(() =>
  z
    .array(z.union([z.string(), z.strictObject({ glob: z.string(), caseInsensitive: z.boolean().optional() })]))
    .max(200),
);

const schema = z.lazy(() =>
  z.strictObject({
    id: z.string().min(1).max(300),
    language: z.string().max(50),
    rule: rules,
    constraints: rules.optional(),
    utils: rules.optional(),
    transform: rules.optional(),
    rewriters: z.unknown().optional(),
    fix: z.unknown().optional(),
    message: z.string().max(1_000).optional(),
    note: z.string().max(2_000).optional(),
    severity: z.enum(['hint', 'info', 'warning', 'error', 'off']).optional(),
    labels: z.unknown().optional(),
    files: globs.optional(),
    ignores: globs.optional(),
    url: z.string().max(500).optional(),
    metadata: z.unknown().optional(),
  }),
);

/** ast-grep's names and aliases of the languages that Kerb has. */
const languages: Readonly<Record<string, string>> = {
  typescript: 'typescript',
  ts: 'typescript',
  tsx: 'tsx',
  javascript: 'javascript',
  js: 'javascript',
  jsx: 'javascript',
  python: 'python',
  py: 'python',
  go: 'go',
  golang: 'go',
  bash: 'bash',
  sh: 'bash',
  java: 'java',
};

/** The policy that a rule makes. */
export function fromAstGrep(manifest: Manifest, domain: string): readonly Draft[] {
  const rule = fitting(manifest, schema);
  const language = languages[rule.language.toLowerCase()];
  if (language === undefined) throw new Refusal(['language'], `Kerb reads no ${rule.language}`);
  if (rule.severity === 'off') throw new Refusal(['severity'], 'it is switched off');
  if (rule.rewriters !== undefined) throw new Refusal(['rewriters'], 'rewriters are not carried over');
  const { fix } = rule;
  if (fix !== undefined && typeof fix !== 'string')
    throw new Refusal(['fix'], 'only a fix that is a text is carried over');
  const severity = ({ error: 'high', warning: 'medium', info: 'low', hint: 'info' } as const)[rule.severity ?? 'hint'];
  const where = whereOf(rule.files ?? [], rule.ignores ?? []);
  const said = saying(rule.message) ?? rule.id;
  const note = saying(rule.note);
  return [
    {
      id: `${domain}/${idPart(rule.id)}`,
      title: rule.id,
      severity,
      enforcement: ({ high: 'deny', medium: 'warn', low: 'audit', info: 'audit' } as const)[severity],
      why: note ?? `The ast-grep rule ${rule.id} requires it, and does not say why.`,
      remedy: note ?? said,
      references: rule.url?.startsWith('https://') ? [rule.url] : [],
      rule: {
        ...(where === null ? {} : { where }),
        pattern: {
          language,
          rule: rule.rule,
          ...(rule.constraints === undefined ? {} : { constraints: rule.constraints }),
          ...(rule.utils === undefined ? {} : { utils: rule.utils }),
          ...(rule.transform === undefined ? {} : { transform: rule.transform }),
          ...(fix === undefined ? {} : { fix }),
        },
      },
      message: messageOf(said),
      fix: fix === undefined ? null : { title: 'Apply the fix of the rule', safe: false },
      origins: { why: ['note'], remedy: ['note'], where: ['files'], pattern: ['rule'], message: ['message'] },
      notes: [],
    },
  ];
}

function whereOf(files: z.infer<typeof globs>, ignores: z.infer<typeof globs>): string | null {
  const any = (list: z.infer<typeof globs>, key: string) =>
    list
      .map((one, index) => {
        if (typeof one !== 'string' && one.caseInsensitive === true)
          throw new Refusal([key, index], 'a glob without regard to case is not carried over');
        return `glob(file.path, ${literalOf((typeof one === 'string' ? one : one.glob).replace(/^\.\//, ''))})`;
      })
      .join(' || ');
  const said = [
    ...(files.length === 0 ? [] : [`(${any(files, 'files')})`]),
    ...(ignores.length === 0 ? [] : [`!(${any(ignores, 'ignores')})`]),
  ];
  return said.length === 0 ? null : said.join(' && ');
}

/** `$NAME` of ast-grep is `{match.NAME}`. */
function messageOf(text: string): string {
  return text
    .split(/(\${1,3}[A-Z_][A-Z0-9_]*)/)
    .map((part) => (/^\$+[A-Z_]/.test(part) ? `{match.${part.replace(/^\$+/, '')}}` : escaped(part)))
    .join('');
}
