/** A person allows a device: compares what is here with what the device shows, and says yes or no. */
import { html, nothing, type TemplateResult } from 'lit';
import type { WaitingDevice } from '../../protocol/fleet.ts';
import { Refusal } from '../api.ts';
import type { Page, Visit } from '../page.ts';
import { code, said } from '../part/value.ts';
import { hrefOf } from '../route.ts';

export const enrollPage: Page = {
  title: 'Allow a device',
  permission: null,
  hears: [],
  show,
};

async function show({ api, route, me, look }: Visit): Promise<TemplateResult> {
  const userCode = route.query.get('code') ?? '';
  if (!me.may.includes('device:write'))
    return framed(html`<p class="verdict bad">The role ${me.role} may not allow devices: ask an operator.</p>`);
  if (userCode === '') return framed(form());
  const path = `/v1/enrolments/${encodeURIComponent(userCode)}`;
  const device = await api.get<WaitingDevice>(path).catch(notWaiting);
  if (device === null)
    return framed(html`<p class="verdict bad">No device waits under this code: it may have expired.</p>${form()}`);
  const decide = (decision: 'allow' | 'deny') => () => void api.send('POST', path, { decision }).then(look, look);
  return framed(shown(device, decide));
}

function framed(content: TemplateResult): TemplateResult {
  return html`<header><h1 tabindex="-1">Allow a device</h1></header><section class="card">${content}</section>`;
}

function form(): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get('code');
    location.hash = hrefOf('enroll', null, { code: String(given ?? '').trim() });
  };
  return html`<form class="filter" @submit=${submit}>
    <label><span>The code that the device shows</span><input name="code" required autocomplete="off" spellcheck="false" placeholder="BCDF-GHJK" /></label>
    <button class="button primary">Look</button>
  </form>`;
}

type Decide = (decision: 'allow' | 'deny') => () => void;

function shown({ state, name, platform, keyId, userCode, isKnown }: WaitingDevice, decide: Decide): TemplateResult {
  if (state !== 'pending')
    return html`<p class="verdict ${state === 'allowed' ? 'good' : 'calm'}" role="status">
      ${said(name)} is ${state === 'allowed' ? 'allowed: it goes on by itself' : 'refused'}.
    </p>`;
  return html`<p>Compare the code and the key with what the device shows. Whoever is allowed gets the policies, and its decisions count.</p>
    <dl>
      <div><dt>Code</dt><dd>${code(userCode.replace(/^(.{4})/, '$1-'))}</dd></div>
      <div><dt>Key</dt><dd>${code(keyId)}</dd></div>
      <div><dt>Calls itself</dt><dd>${said(name)}</dd></div>
      <div><dt>Platform</dt><dd>${said(platform)}</dd></div>
    </dl>
    ${isKnown ? html`<p class="verdict calm">A device of this id is here already: it would get this key, and lose its old one.</p>` : nothing}
    <p class="actions">
      <button class="button primary" @click=${decide('allow')}>Allow this device</button>
      <button class="button" @click=${decide('deny')}>Refuse it</button>
    </p>`;
}

function notWaiting(error: unknown): null {
  if (error instanceof Refusal && error.status === 404) return null;
  throw error;
}
