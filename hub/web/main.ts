/** The page: who is signed in, where they are, what the hub has of it, drawn again whenever one of the three changes. */
import { html, render, type TemplateResult } from 'lit';
import type { CallerShown } from '../protocol/decision.ts';
import type { SignInProviders } from '../protocol/session.ts';
import { createApi, Refusal } from './api.ts';
import { type Live, listen, type Topic } from './live.ts';
import { createPace } from './pace.ts';
import { signInForm, trySignIn } from './page/signIn.ts';
import { pages } from './pages.ts';
import { hrefOf, type Route, readRoute } from './route.ts';
import { forgetSession, pageKey, signInProviders, signOut, takeAnswer } from './session.ts';
import { shell } from './shell.ts';

interface State {
  /** Null where nobody is. */
  readonly me: CallerShown | null;
  readonly route: Route | null;
  readonly content: TemplateResult;
  /** Whether it was there before: what comes now is new. */
  readonly isSettled: boolean;
  readonly live: 'live' | 'polling';
  /** Whether the hub did not answer the last time. */
  readonly isLost: boolean;
  /** Why the last try to sign in failed. */
  readonly problem: string | null;
  /** Where somebody can sign in beside here. */
  readonly providers: SignInProviders['providers'];
}

const waiting = html`<p class="faint" role="status">Loading …</p>`;

let state: State = {
  me: null,
  route: null,
  content: waiting,
  isSettled: false,
  live: 'polling',
  isLost: false,
  problem: null,
  providers: [],
};
let live: Live | null = null;
/** Counts what was asked for, so that an answer that comes late is not shown in another's place. */
let asked = 0;
/** Of the place where somebody is. */
const memory = new Map<string, Promise<unknown>>();
const pace = createPace(refresh, { now: () => performance.now(), later: (ms, work) => void setTimeout(work, ms) });

let arriving = arrive();
addEventListener('hashchange', () => {
  arriving = arrive().then(focusHeading);
});
await arriving;

/** Somebody came to a place: from outside, by a link, or by signing in. */
async function arrive(): Promise<void> {
  const answer = takeAnswer();
  if (answer !== null) {
    // An answer is used once, and has no place in the history.
    history.replaceState(null, '', `./${hrefOf('overview')}`);
    change({ problem: await trySignIn(answer) });
    return arrive();
  }
  const route = readRoute(location.pathname.endsWith('/enroll') && location.hash === '' ? enrolHash() : location.hash);
  const code = route?.page === 'sign-in' ? route.query.get('code') : null;
  if (code !== null) {
    // A code is used once, and has no place in the history.
    history.replaceState(null, '', hrefOf('overview'));
    change({ problem: await trySignIn({ code }) });
    return arrive();
  }
  memory.clear();
  change({ route, content: waiting, isSettled: false });
  if (!(await isSignedIn())) return;
  await look();
}

/** Whoever goes to another page begins at its head; a page that was opened begins where every page does. */
function focusHeading(): void {
  document.querySelector<HTMLElement>('h1')?.focus();
}

/** `/enroll?code=…` is the address that a device shows. */
function enrolHash(): string {
  return `#/enroll${location.search}`;
}

async function isSignedIn(): Promise<boolean> {
  if (state.me !== null) return true;
  const key = pageKey();
  if (key === null) {
    change({});
    offerProviders();
    return false;
  }
  try {
    change({ me: await createApi(key).get<CallerShown>('/v1/me'), problem: null });
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) leave('Your session is over.');
    else change({ problem: wordsOf(error) });
    return false;
  }
  live = listen({ pageKey: key, heard, changed: (next) => change({ live: next }) });
  return true;
}

/** Without them there is still a token. */
function offerProviders(): void {
  signInProviders().then(
    (providers) => change({ providers }),
    (error: unknown) => change({ problem: wordsOf(error) }),
  );
}

function heard(about: Topic | 'anything'): void {
  const { route } = state;
  if (route === null || !goesOn(route)) return;
  if (about !== 'anything' && pages[route.page]?.hears.includes(about) !== true) return;
  pace.ask();
}

/** Asks the hub for what is shown here, and shows it. What is there already stays until then. */
async function look(): Promise<void> {
  const { route, me } = state;
  const page = route === null ? undefined : pages[route.page];
  if (route === null || page === undefined || me === null) return change({ content: nowhere });
  const turn = ++asked;
  try {
    const content = await page.show({ api: createApi(pageKey()), route, me, remembered, look: () => void look() });
    if (turn === asked) change({ content, isLost: false });
    requestAnimationFrame(() => {
      if (turn === asked) change({ isSettled: true });
    });
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return leave('Your session is over.');
    if (turn !== asked) return;
    // What was true a moment ago is better than nothing, and the head of the page says that it is old.
    change(state.isSettled ? { isLost: true } : { content: failed(error) });
  }
}

/** The same because something is new. What came while somebody was on the way is looked at after that. */
async function refresh(): Promise<void> {
  await arriving;
  if (state.me !== null && state.route !== null && goesOn(state.route)) await look();
}

function goesOn({ page, id }: Route): boolean {
  return id === null || pages[page]?.isOneLive === true;
}

/** What a page needs once, however often it is shown again. */
function remembered<T>(name: string, make: () => Promise<T>): Promise<T> {
  const known = memory.get(name) ?? make();
  memory.set(name, known);
  known.catch(() => memory.delete(name));
  return known as Promise<T>;
}

function leave(problem: string | null): void {
  forgetSession();
  live?.close();
  live = null;
  asked++;
  change({ me: null, problem });
  offerProviders();
}

function change(next: Partial<State>): void {
  state = { ...state, ...next };
  draw();
}

function draw(): void {
  const { me, route, content, isSettled, live: heardBy, isLost, problem, providers } = state;
  const page = route === null ? undefined : pages[route.page];
  document.title = me === null ? 'Sign in · Kerb' : `${page?.title ?? 'Not found'} · Kerb`;
  const done = (failure: string | null): void => {
    change({ problem: failure });
    if (failure === null) arriving = arrive();
  };
  const whole =
    me === null
      ? signInForm({ problem, providers, done })
      : shell({
          me,
          route,
          content,
          isSettled,
          live: isLost ? 'lost' : heardBy,
          signOut: () => void signOut().then(() => leave(null)),
        });
  render(whole, document.body);
}

const nowhere = html`<h1 tabindex="-1">Not found</h1>
  <p>There is nothing at this address. <a href=${hrefOf('overview')}>Go to the overview</a>.</p>`;

function failed(error: unknown): TemplateResult {
  return html`<h1 tabindex="-1">This did not work</h1>
    <p class="verdict bad" role="alert">${wordsOf(error)}</p>
    <p><button class="button" @click=${() => void arrive()}>Try again</button></p>`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
