/** The small things that every page shows. */
import { html, type TemplateResult } from 'lit';
import type { ListedRecord } from '../../protocol/decision.ts';
import { hrefOf } from '../route.ts';
import { momentOf, plain } from '../text.ts';

/** Text from outside: isolated, so that its direction of writing ends with it. */
export function said(text: string): TemplateResult {
  return html`<bdi>${plain(text)}</bdi>`;
}

export function code(text: string): TemplateResult {
  return html`<code><bdi>${plain(text)}</bdi></code>`;
}

export function none(words = 'none'): TemplateResult {
  return html`<span class="faint">${words}</span>`;
}

export function instant(at: string): TemplateResult {
  return html`<time datetime=${at} title=${at}>${momentOf(at)}</time>`;
}

const effectWords: Readonly<Record<string, string>> = { allow: 'allowed', deny: 'denied', indeterminate: 'no verdict' };

/** What came of a decision. What was denied and passed all the same stands out most. */
export function effect({
  effect: what,
  passed,
  origin,
}: Pick<ListedRecord, 'effect' | 'passed' | 'origin'>): TemplateResult {
  if (what === null) return none('');
  const isPassed = passed === true && what !== 'allow';
  return html`<span class="badge ${what}">${effectWords[what]}</span>${
    isPassed ? html` <span class="badge passed">${origin === 'bypass' ? 'no gate' : 'passed'}</span>` : null
  }`;
}

export function severity(name: string): TemplateResult {
  return html`<span class="badge severity-${name}">${name}</span>`;
}

export function policyLink(id: string): TemplateResult {
  return html`<a href=${hrefOf('policies', id)}>${said(id)}</a>`;
}

/** A short name of something long, which is there in full for whoever points at it or copies it. */
export function short(text: string, length = 12): TemplateResult {
  return html`<code title=${text}>${plain(text).slice(0, length)}…</code>`;
}

export function empty(title: string, words: TemplateResult | string): TemplateResult {
  return html`<div class="empty"><h2>${title}</h2><p>${words}</p></div>`;
}
