/** Signing in: at an organisation's provider, by the address that `kerb hub` or `kerb hub sign-in` prints, or by a token. */
import { html, type TemplateResult } from 'lit';
import type { SessionRequest, SignInProviders } from '../../protocol/session.ts';
import { icon } from '../icon.ts';
import { said } from '../part/value.ts';
import { goToProvider, signIn } from '../session.ts';

export interface SignInView {
  /** Why the last try failed; null before. */
  readonly problem: string | null;
  readonly providers: SignInProviders['providers'];
  /** Called when somebody is signed in, or could not be. */
  readonly done: (problem: string | null) => void;
}

export function signInForm({ problem, providers, done }: SignInView): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const token = String(new FormData(form).get('token') ?? '').trim();
    form.reset();
    void trySignIn({ token }).then(done);
  };
  return html`<main class="sign-in card">
    <img src=${icon} alt="" width="48" height="48" />
    <h1 tabindex="-1">Sign in to Kerb</h1>
    ${problem === null ? null : html`<p class="verdict bad" role="alert">${problem}</p>`}
    ${providers.map(
      ({ tenant, title }) => html`<p>
        <button class="button primary" @click=${() => void tryProvider(tenant, done)}>Sign in with ${said(title)}</button>
      </p>`,
    )}
    <p>On your machine, this prints an address that signs you in once:</p>
    <pre tabindex="0">kerb hub sign-in --url ${location.origin} --token-file YOUR.token</pre>
    <p>Or give the token that whoever runs the hub has made for you:</p>
    <form @submit=${submit}>
      <label><span>Token</span>
        <input name="token" type="password" required autocomplete="off" spellcheck="false" placeholder="kerb_…" />
      </label>
      <button class="button primary">Sign in</button>
    </form>
  </main>`;
}

/** Null where it worked; else why not, in words. */
export async function trySignIn(by: SessionRequest): Promise<string | null> {
  try {
    await signIn(by);
    return null;
  } catch (error) {
    return wordsOf(error);
  }
}

/** Only ever comes back where it did not work: otherwise the browser is elsewhere. */
async function tryProvider(tenant: string, done: SignInView['done']): Promise<void> {
  try {
    await goToProvider(tenant);
  } catch (error) {
    done(wordsOf(error));
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
