import {
  byTimeThenArrival,
  type CustomerHistory,
} from '../../../../src/features/segments/memory/history.ts';
import type { RawHistory } from './arbitrary-history.ts';
import { RECHECK_MS } from './store-histories.ts';

/** The same history for the in-memory evaluator, as of an instant in milliseconds. */
export function inMemory(raw: RawHistory, at: number): CustomerHistory {
  const reading = (name: string) => {
    const value = raw.readings[name];
    return value === undefined
      ? []
      : [[name, { value, ...(name === 'score' && { until: at + RECHECK_MS }) }] as const];
  };
  const keys = new Set([...raw.stays, ...raw.due].map(({ key }) => key));
  return {
    events: raw.events.map((event, id) => ({ ...event, id })).sort(byTimeThenArrival),
    traits: raw.traits
      .map((change, id) => ({ ...change, id }))
      .sort((a, b) => a.at - b.at || a.id - b.id),
    features: new Map([...reading('spend'), ...reading('score')]),
    predictions: new Map(reading('churn')),
    segments: new Map(
      [...keys].map((key) => [
        key,
        {
          stays: raw.stays
            .filter((stay) => stay.key === key)
            .map(({ entered, exited }) => ({ entered, exited: exited ?? undefined })),
          nextTransition: raw.due.find((due) => due.key === key)?.at,
        },
      ]),
    ),
  };
}
