import { seedDemo } from '../../prisma/seed/load.ts';
import { systemActor } from '../auth.ts';
import { segmentSave } from '../features/segments/save.ts';
import type { Services } from '../features/services.ts';
import { DEMO_SEGMENTS } from './demo-segments.ts';
import { createProgress, type Out, type Progress } from './progress.ts';

/**
 * Fills an empty database with the demo world: people, events and texts in one transaction, then their
 * features, then a few segments. Does nothing where there are customers already.
 */
export async function seedFirstRun(services: Services, out: Out): Promise<void> {
  const { db, clock, store, log } = services;
  const seeding = createSeedProgress(out);
  const { customers, events } = await seedDemo({
    db,
    now: clock.now(),
    onProgress: seeding.update,
  }).finally(seeding.stop);
  if (customers === 0) return;
  log.info(`seeded ${customers} customers and ${events} events; computing their features`);
  await store.materializeIncremental();
  for (const input of DEMO_SEGMENTS) {
    const { userErrors } = await segmentSave(services, systemActor('seed'), input);
    if (userErrors[0]) throw new Error(`segment ${input.key}: ${userErrors[0].message}`);
  }
  log.info(`evaluated ${DEMO_SEGMENTS.length} segments`);
}

/** The bar appears with the first row: where there is nothing to seed, none does. */
function createSeedProgress(out: Out) {
  let progress: Progress | undefined;
  return {
    update: (done: number, total: number, what: string) => {
      progress ??= createProgress('seeding', total, out);
      progress.update(done, what);
    },
    stop: () => progress?.stop(),
  };
}
