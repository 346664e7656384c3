/** What stands around every page: the way to the others, who is signed in, and whether news arrive. */
import { html, type TemplateResult } from 'lit';
import type { CallerShown } from '../protocol/decision.ts';
import { icon } from './icon.ts';
import { pages } from './pages.ts';
import { said } from './part/value.ts';
import { hrefOf, type PageName, pageNames, type Route } from './route.ts';

/** `lost`: the hub did not answer the last time. */
type LiveState = 'live' | 'polling' | 'lost';

const liveWords = { live: 'Live', polling: 'Looking every few seconds', lost: 'The hub does not answer' } as const;

export interface Shell {
  readonly me: CallerShown;
  readonly route: Route | null;
  readonly content: TemplateResult;
  readonly isSettled: boolean;
  readonly live: LiveState;
  readonly signOut: () => void;
}

export function shell({ me, route, content, isSettled, live, signOut }: Shell): TemplateResult {
  return html`
    <a class="skip" href="#main" @click=${skip}>Skip to the content</a>
    <div class="frame">
      <header class="side">
        <a class="brand" href=${hrefOf('overview')}><img src=${icon} alt="" width="28" height="28" />Kerb</a>
        <nav aria-label="Pages"><ul>${menu(me).map((name) => item(name, route))}</ul></nav>
        <div class="me">
          <p>${said(me.name)}<br /><span class="faint">${me.role} of ${said(me.tenant)}</span></p>
          <button class="button quiet" @click=${signOut}>Sign out</button>
        </div>
      </header>
      <main id="main" class=${isSettled ? 'settled' : ''}>
        <p class="live ${live}" role="status">${liveWords[live]}</p>
        ${content}
      </main>
    </div>`;
}

function menu({ may }: CallerShown): readonly PageName[] {
  return pageNames.filter((name) => {
    const permission = pages[name]?.permission ?? null;
    return permission !== null && may.includes(permission);
  });
}

function item(name: PageName, route: Route | null): TemplateResult {
  const isHere = route?.page === name;
  return html`<li><a href=${hrefOf(name)} aria-current=${isHere ? 'page' : 'false'}>${pages[name]!.title}</a></li>`;
}

/** The address behind `#` is where somebody is, so that a link cannot jump. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('h1')?.focus();
}
