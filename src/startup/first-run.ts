import { seedDemo } from '../../prisma/seed/load.ts';
import { systemActor } from '../auth.ts';
import { segmentSave } from '../features/segments/save.ts';
import type { Services } from '../features/services.ts';
import { DEMO_SEGMENTS } from './demo-segments.ts';

/**
 * Fills an empty database with the demo world: people, events and texts in one transaction, then their
 * features, then a few segments. Does nothing where there is a domain already.
 * @param show gets a line at each step
 */
export async function seedFirstRun(
  services: Services,
  show: (line: string) => void,
): Promise<boolean> {
  const { db, clock, store } = services;
  const { customers, events } = await seedDemo({
    db,
    now: clock.now(),
    onProgress: (done, total, what) => show(`seeding: ${done} of ${total} ${what}`),
  });
  if (customers === 0) return false;
  show(`seeded ${customers} customers and ${events} events; computing their features`);
  await store.materializeIncremental();
  for (const input of DEMO_SEGMENTS) {
    const { userErrors } = await segmentSave(services, systemActor('seed'), input);
    if (userErrors[0]) throw new Error(`segment ${input.key}: ${userErrors[0].message}`);
  }
  show(`evaluated ${DEMO_SEGMENTS.length} segments`);
  return true;
}
