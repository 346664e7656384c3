/** What people say of a policy's findings. */
import { html, nothing, type TemplateResult } from 'lit';
import type { FeedbackList, ShownFeedback } from '../../protocol/feedback.ts';
import { type Api, queryOf } from '../api.ts';
import { instant, none, said, short } from './value.ts';

export function feedbackOn(policy: string, api: Api): Promise<FeedbackList> {
  return api.get<FeedbackList>(`/v1/feedback${queryOf({ policy })}`);
}

/** `sha256`: of the policy's text as it is in force; null where the hub does not have it. */
export function feedbackTable(feedback: readonly ShownFeedback[], sha256: string | null): TemplateResult {
  if (feedback.length === 0)
    return html`<p class="faint">Nobody has said that a finding of it is wrong or unclear.</p>`;
  return html`<section aria-labelledby="feedback">
    <h2 id="feedback">What people say of its findings</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Reports">
      <table>
        <thead><tr><th>Is</th><th>Because</th><th>Who</th><th>When</th><th>Where</th></tr></thead>
        <tbody>${feedback.map((each) => row(each, sha256))}</tbody>
      </table>
    </div>
  </section>`;
}

function row(
  { complaint, comment, by, at, repository, fingerprint, policySha256 }: ShownFeedback,
  sha256: string | null,
): TemplateResult {
  const isOlder = sha256 !== null && policySha256 !== sha256;
  return html`<tr>
    <td>${complaint}${isOlder ? html`<br /><span class="faint">of another text than now</span>` : nothing}</td>
    <td>${comment === null ? none('not said') : said(comment)}</td>
    <td>${said(by)}</td>
    <td class="when">${instant(at)}</td>
    <td>${said(repository)}<br /><span class="faint">${short(fingerprint)}</span></td>
  </tr>`;
}
