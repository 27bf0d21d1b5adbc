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

export function eventsByCustomer(): Map<string, DemoEvent[]> {
  const groups = new Map<string, DemoEvent[]>();
  for (const event of demoWorld().events) {
    const events = groups.get(event.customerRef);
    if (events) events.push(event);
    else groups.set(event.customerRef, [event]);
  }
  return groups;
}

export function labelsOf(task: string): DemoLabel[] {
  return demoWorld().labels.filter((label) => label.task === task);
}
