/** The fleet: which devices there are, what each has in force, and what of it is missing here. */
import { html, nothing, type TemplateResult } from 'lit';
import type { DevicePage, ListedDevice } from '../../protocol/fleet.ts';
import { queryOf } from '../api.ts';
import type { Page, Visit } from '../page.ts';
import { confirmed } from '../part/confirm.ts';
import { empty, none, said, short } from '../part/value.ts';
import { hrefOf } from '../route.ts';
import { ago, count, counted } from '../text.ts';

export const devicesPage: Page = {
  title: 'Devices',
  permission: 'device:read',
  hears: ['journal', 'policies'],
  show,
};

const pageSize = 100;
/** A device that says nothing for longer than this is pointed out: laptops are closed over a weekend. */
const silentMs = 4 * 86_400_000;

async function show({ api, route, me, look }: Visit): Promise<TemplateResult> {
  const after = route.query.get('after') ?? '';
  const { devices } = await api.get<DevicePage>(`/v1/devices${queryOf({ after, limit: String(pageSize) })}`);
  const revoke: Revoke = ({ id, name, revokedAt }) =>
    revokedAt !== null || !me.may.includes('device:write')
      ? nothing
      : confirmed({
          what: 'Revoke',
          words: html`${said(name)} gets nothing from here any more and hands nothing in, until somebody allows it again.`,
          act: () => api.send('DELETE', `/v1/devices/${encodeURIComponent(id)}`),
          done: look,
        });
  const missing = devices.reduce((sum, device) => sum + device.missing, 0);
  return html`
    <header>
      <h1 tabindex="-1">Devices</h1>
      <p class="lead">${counted(devices.length, 'device')} shown; ${missing === 0 ? 'no decision of theirs is missing here' : `${counted(missing, 'decision')} of theirs missing here`}.</p>
    </header>
    ${devices.length === 0 ? empty('No device is enrolled yet', html`<code>kerb enroll ${location.origin}</code> begins it.`) : table(devices, Date.now(), revoke)}
    <nav class="pager" aria-label="More devices">
      ${after === '' ? nothing : html`<a href=${hrefOf('devices')}>First</a>`}
      ${devices.length < pageSize ? nothing : html`<a href=${hrefOf('devices', null, { after: devices.at(-1)!.id })}>Next</a>`}
    </nav>`;
}

type Revoke = (device: ListedDevice) => TemplateResult | typeof nothing;

function table(devices: readonly ListedDevice[], now: number, revoke: Revoke): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Devices">
    <table>
      <thead>
        <tr><th>Device</th><th>State</th><th>Last seen</th><th>Policies</th><th>Kerb</th><th class="number">Entries</th><th class="number">Missing</th><th>Key</th><th>Revoke</th></tr>
      </thead>
      <tbody>${devices.map((device) => row(device, now, revoke))}</tbody>
    </table>
  </div>`;
}

function row(device: ListedDevice, now: number, revoke: Revoke): TemplateResult {
  const { id, name, platform, seenAt, seq, missing, keyId, says } = device;
  return html`<tr>
    <td><a href=${hrefOf('decisions', null, { device: id })}>${said(name)}</a><br /><span class="faint">${said(platform)}</span></td>
    <td>${state(device, now)}</td>
    <td class="when">${seenAt === null ? none('never') : html`<time datetime=${seenAt} title=${seenAt}>${ago(seenAt, now)}</time>`}</td>
    <td>${says?.revision == null ? none('none yet') : html`bundle ${said(says.revision)}${says.ring === null ? nothing : html`, ring ${said(says.ring)}`}`}
      ${says?.refusal == null ? nothing : html`<br /><span class="faint">${said(says.refusal)}</span>`}</td>
    <td>${says === null ? none('') : said(says.kerb)}</td>
    <td class="number">${count(seq)}</td>
    <td class="number">${missing === 0 ? '0' : html`<span class="badge indeterminate">${count(missing)}</span>`}</td>
    <td>${short(keyId)}</td>
    <td>${revoke(device)}</td>
  </tr>`;
}

/** The gravest first. */
function state({ revokedAt, forked, says, seenAt }: ListedDevice, now: number): TemplateResult {
  const badge = (tone: string, words: string): TemplateResult => html`<span class="badge ${tone}">${words}</span>`;
  if (revokedAt !== null) return badge('', 'revoked');
  if (forked) return badge('deny', 'two histories');
  if (says?.refusal != null) return badge('deny', 'refuses policies');
  if (seenAt === null) return badge('', 'enrolled');
  return now - Date.parse(seenAt) > silentMs ? badge('indeterminate', 'silent') : badge('good', 'in touch');
}
