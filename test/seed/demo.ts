import { generateDemo } from '../../prisma/seed/generate.ts';
import type { DemoEvent, DemoLabel, DemoWorld } from '../../prisma/seed/world.ts';

export const demoOptions = {
  seed: 20_260_701,
  people: 2000,
  events: 60_000,
  texts: 8000,
  now: new Date('2026-07-01T00:00:00Z'),
};

let world: DemoWorld | undefined;

/** The whole demo world, made once a test file. */
export function demoWorld(): DemoWorld {
  world ??= generateDemo(demoOptions);
  return world;
}

let histories: Map<string, DemoEvent[]> | undefined;

/** Each customer's events by time. */
export function eventsByCustomer(): Map<string, DemoEvent[]> {
  if (histories) return histories;
  histories = new Map();
  for (const event of demoWorld().events) {
    const events = histories.get(event.customerRef);
    if (events) events.push(event);
    else histories.set(event.customerRef, [event]);
  }
  return histories;
}

export function labelsOf(task: string): DemoLabel[] {
  return demoWorld().labels.filter((label) => label.task === task);
}
