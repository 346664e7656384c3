/** The state of a daemon, for a person. */
import type { DaemonStatus } from '../protocol.ts';

/** A line a fact. */
export function statusText(status: DaemonStatus): string {
  const { policies, journal, clients, memory, requests } = status;
  const lines: readonly (readonly [string, string])[] = [
    ['daemon', `Kerb ${status.version}, protocol ${status.protocol}, process ${status.pid}, ${status.state}`],
    ['up for', duration(status.uptimeMs)],
    ['policies', policies === null ? 'not loaded yet' : policiesLine(policies)],
    [
      'journal',
      journal === null ? 'not available' : `${journal.entries} entries, ${journal.unacknowledged} unacknowledged`,
    ],
    ['clients', clients.length === 0 ? 'none' : clients.map(({ name }) => name).join(', ')],
    ['requests', `${requests.answered} answered, ${requests.running} running`],
    ['memory', `${megabytes(memory.rssBytes)} MB resident, ${megabytes(memory.heapUsedBytes)} MB heap`],
    ...status.problems.map((problem) => ['problem', problem] as const),
  ];
  return lines.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join('');
}

function policiesLine({ revision, digest, ageMs }: NonNullable<DaemonStatus['policies']>): string {
  return `revision ${revision}, ${digest}${ageMs === null ? '' : `, ${duration(ageMs)} old`}`;
}

/** The two largest units: `3 d 4 h`. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
