// An organisation for a VS Code under test: a hub on this machine, and a home that is enrolled there.
import { createHome } from '../store.ts';
import { createWorld, machineClock } from '../sync/device.ts';

/** A home that belongs to an organisation. */
export interface EnrolledHome {
  /** What KERB_HOME is to be. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Enrols a new home. The organisation says nothing beyond what comes with Kerb. */
export async function enrolHome(): Promise<EnrolledHome> {
  const ends: (() => unknown)[] = [];
  const context = { after: (end: unknown) => void ends.push(end as () => unknown) };
  const world = await createWorld(context, machineClock);
  world.publish(1, { bundles: [{ version: 1, organisation: '', policies: {} }] });
  const home = createHome(context);
  await world.enrol({ home });
  return {
    folder: home.folder,
    async close() {
      for (const end of ends) await end();
    },
  };
}
