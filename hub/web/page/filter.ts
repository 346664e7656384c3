/** What decisions are looked for by: the address says it, so that a search can be kept and sent on. */
import { html, type TemplateResult } from 'lit';
import type { Overview } from '../../protocol/decision.ts';
import { hrefOf } from '../route.ts';
import { plain } from '../text.ts';

const words = ['repository', 'policy', 'device', 'gate', 'effect', 'kind'] as const;

export interface Filter {
  /** As the form has it. */
  readonly typed: Readonly<Record<string, string>>;
  /** As the hub is asked. */
  readonly asked: Readonly<Record<string, string>>;
  readonly isEmpty: boolean;
}

export function filterOf(query: URLSearchParams): Filter {
  const typed = Object.fromEntries([...words, 'day'].map((name) => [name, query.get(name) ?? '']));
  const { day = '', kind = '', ...same } = typed;
  // What people do on the hub is in the audit log's page; here it is only on demand.
  const asked = { ...same, ...daysEnds(day), kind: kind === 'all' ? '' : kind || 'decision' };
  return { typed, asked, isEmpty: Object.values(typed).every((value) => value === '') };
}

/** A day of whoever looks, as instants. */
function daysEnds(day: string): Readonly<Record<string, string>> {
  const begin = new Date(`${day}T00:00:00`);
  if (Number.isNaN(begin.getTime())) return {};
  const end = new Date(begin);
  end.setDate(end.getDate() + 1);
  return { from: begin.toISOString(), to: end.toISOString() };
}

const options = {
  effect: { '': 'Any effect', deny: 'denied', allow: 'allowed', indeterminate: 'no verdict' },
  gate: { '': 'Any gate', commit: 'commit', message: 'message', push: 'push', check: 'check' },
  kind: { '': 'Decisions', gap: 'Gaps', all: 'Everything' },
} as const;

export function filterForm({ typed, isEmpty }: Filter, names: Overview): TemplateResult {
  const repositories = [...new Set(names.repositories.map(({ repository }) => repository))];
  return html`<form class="filter" role="search" aria-label="Decisions" @submit=${submit} @change=${submit}>
    ${choice('effect', typed)} ${choice('gate', typed)} ${text('repository', typed, repositories)}
    ${text(
      'policy',
      typed,
      names.policies.map(({ policy }) => policy),
    )}
    <label><span>Day</span><input type="date" name="day" .value=${typed.day ?? ''} /></label>
    ${choice('kind', typed)}
    <input type="hidden" name="device" .value=${typed.device ?? ''} />
    ${isEmpty ? null : html`<a class="button quiet" href=${hrefOf('decisions')}>Clear</a>`}
    <button hidden>Search</button>
  </form>`;
}

function choice(name: keyof typeof options, typed: Filter['typed']): TemplateResult {
  const label = name[0]!.toUpperCase() + name.slice(1);
  return html`<label><span>${label}</span><select name=${name}>
    ${Object.entries(options[name]).map(
      ([value, shown]) => html`<option value=${value} .selected=${typed[name] === value}>${shown}</option>`,
    )}
  </select></label>`;
}

function text(name: string, typed: Filter['typed'], known: readonly string[]): TemplateResult {
  const label = name[0]!.toUpperCase() + name.slice(1);
  return html`<label><span>${label}</span>
    <input name=${name} list="${name}-names" .value=${typed[name] ?? ''} placeholder="Any" autocomplete="off" spellcheck="false" />
    <datalist id="${name}-names">${known.map((each) => html`<option value=${each}>${plain(each)}</option>`)}</datalist>
  </label>`;
}

function submit(event: Event): void {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
  location.hash = hrefOf('decisions', null, given);
}
