// textDocument/hover: why a finding is one, who owns the policy, what to do.
import type { Hover, MarkupContent, Position } from 'vscode-languageserver';
import type { Finding } from '../engine/index.ts';
import { rangeOf } from './convert.ts';
import type { OpenDocument } from './documents.ts';
import { describeOwn } from './draft.ts';
import { judgeDocument } from './judging.ts';
import { asText } from './markdown.ts';
import { summaryOf } from './page.ts';
import { wordsOn } from './requests.ts';
import type { Session } from './session.ts';
import { isShown } from './shown.ts';

/** More findings than this at one place are named without their story. */
const mostStories = 3;

/** What to show at a position, or null. */
export function hover(session: Session, document: OpenDocument, position: Position): Hover | null {
  const own = describeOwn(document, position);
  if (own !== null) return { contents: contentsOf(session, own.value), range: rangeOf(document.text, own.span) };
  const judged = judgeDocument(session, document);
  const { rules } = document.place.root;
  if (judged === null || rules === null) return null;
  const offset = document.text.offsetAt(position);
  const here = judged.findings.filter((finding) => isShown(finding) && isAt(finding, offset));
  const first = here.toSorted((a, b) => length(a) - length(b))[0];
  if (first === undefined) return null;
  const texts = here.map((finding, index) => {
    const policy = rules.byId.get(finding.policy);
    // Editors show the message themselves; without a story it is all there is to say.
    const known = policy !== undefined && index < mostStories;
    const story = known ? summaryOf(rules, policy) : `${asText(finding.message)} \`${finding.policy}\``;
    const asked = wordsOn(session.requests, finding, rules);
    if (asked !== null) return `**${asked[0]?.toUpperCase()}${asked.slice(1)}**\n\n${story}`;
    return finding.exception?.kind === 'approved' ? `${exemption(finding.exception)}\n\n${story}` : story;
  });
  const value = texts.join('\n\n---\n\n');
  return { contents: contentsOf(session, value), range: rangeOf(document.text, first.span) };
}

function exemption({ id, until, approvedBy, reason }: Extract<Finding['exception'], { kind: 'approved' }>): string {
  return `**Exempt until ${until}** (${asText(`${id}, approved by ${approvedBy.join(', ')}`)}): ${asText(reason)}`;
}

function contentsOf({ client }: Session, value: string): MarkupContent {
  return { kind: client.markdownHover ? 'markdown' : 'plaintext', value };
}

function isAt({ span }: Finding, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}

function length({ span }: Finding): number {
  return span.end - span.start;
}
