/** Who comes in by what: tokens, people whom a provider has signed in, and a token for one's own command line. */
import { html, nothing, type TemplateResult } from 'lit';
import { pagePaths } from '../../protocol/page.ts';
import type { MadeToken, ShownToken, TokenList } from '../../protocol/token.ts';
import type { Page, Visit } from '../page.ts';
import { confirmed } from '../part/confirm.ts';
import { instant, said } from '../part/value.ts';

export const accessPage: Page = {
  title: 'Access',
  permission: 'session',
  // A token that is shown once must not be drawn over.
  hears: [],
  show,
};

/** Who may have one; devices have keys, and jobs of CI their platform's tokens. */
const tokenRoles = ['author', 'reviewer', 'operator', 'auditor', 'admin', 'robot'] as const;

async function show(visit: Visit): Promise<TemplateResult> {
  const { api, me } = visit;
  const tokens = me.may.includes('token:read') ? (await api.get<TokenList>('/v1/tokens')).tokens : null;
  return html`
    <header>
      <h1 tabindex="-1">Access</h1>
      <p class="lead">You are ${said(me.name)}, ${me.role} of ${said(me.tenant)}.</p>
    </header>
    ${ownToken(visit)} ${me.may.includes('token:write') ? newToken(visit) : nothing}
    ${tokens === null ? nothing : table(tokens, visit, Date.now())}`;
}

function ownToken({ api }: Visit): TemplateResult {
  const make = (): Promise<MadeToken> => api.send('POST', pagePaths.sessionTokens, { hours: 8 });
  return html`<section class="card" aria-labelledby="own">
    <h2 id="own">Your command line</h2>
    <p>
      Whoever came in by their organisation’s provider gets a token for <code>kerb review</code>, <code>kerb exception</code> and
      the others: for eight hours, and no longer than this session could last. It is shown once; keep it in a file that nobody else reads, for
      <code>--token-file</code>.
    </p>
    <p><button class="button" @click=${(event: Event) => showOnce(event, make)}>Make a token</button></p>
    <output class="once"></output>
  </section>`;
}

function newToken({ api }: Visit): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { name, role, days } = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement));
    showOnce(event, () => api.send('POST', '/v1/tokens', { name, role, days: Number(days) }));
  };
  return html`<section class="card" aria-labelledby="new">
    <h2 id="new">A token for somebody, or for a robot</h2>
    <form class="filter" @submit=${submit}>
      <label><span>Name</span><input name="name" required maxlength="200" autocomplete="off" /></label>
      <label><span>Role</span><select name="role">${tokenRoles.map((role) => html`<option>${role}</option>`)}</select></label>
      <label><span>Days</span><input name="days" type="number" min="1" max="366" value="90" required /></label>
      <button class="button">Make it</button>
    </form>
    <output class="once"></output>
  </section>`;
}

/** Writes what was made beside what made it, or why it was not. */
function showOnce(event: Event, make: () => Promise<MadeToken>): void {
  const place = (event.currentTarget as HTMLElement).closest('section')?.querySelector('output');
  make().then(
    ({ token }) => place?.replaceChildren(token),
    (error: unknown) => place?.replaceChildren(error instanceof Error ? error.message : String(error)),
  );
}

function table(tokens: readonly ShownToken[], { api, me, look }: Visit, now: number): TemplateResult {
  const row = (token: ShownToken): TemplateResult => {
    const isLive = token.revokedAt === null && Date.parse(token.expiresAt) > now;
    return html`<tr>
      <td>${said(token.name)}<br /><span class="faint">${token.issuer === null ? 'made here' : html`by ${said(token.issuer)}`}</span></td>
      <td>${token.role}</td>
      <td class="when">${instant(token.createdAt)}</td>
      <td class="when">${instant(token.expiresAt)}</td>
      <td>${stateOf(token, isLive)}</td>
      <td>${isLive && me.may.includes('token:write') ? revocation(token, api, look) : nothing}</td>
    </tr>`;
  };
  return html`<section>
    <h2>Tokens and sign-ins</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Tokens and sign-ins">
      <table>
        <thead><tr><th>Name</th><th>Role</th><th>Since</th><th>Until</th><th>State</th><th>Revoke</th></tr></thead>
        <tbody>${tokens.toReversed().map(row)}</tbody>
      </table>
    </div>
  </section>`;
}

function revocation({ id, name, issuer }: ShownToken, api: Visit['api'], look: () => void): TemplateResult {
  return confirmed({
    what: 'Revoke',
    words:
      issuer === null
        ? html`${said(name)} cannot use it from then on.`
        : html`All that ${said(name)} has here ends. Whether they may sign in again is their provider’s word.`,
    act: () => api.send('DELETE', `/v1/tokens/${id}`),
    done: look,
  });
}

function stateOf({ revokedAt }: ShownToken, isLive: boolean): TemplateResult {
  if (revokedAt !== null) return html`<span class="badge">revoked</span>`;
  return isLive ? html`<span class="badge good">good</span>` : html`<span class="badge">over</span>`;
}
