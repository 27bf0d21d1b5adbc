import type { CustomerFacts } from '../../ml/text/customer/facts.ts';
import { customerText } from '../../ml/text/customer-text.ts';
import { estimateTokens } from '../../ml/text/estimate-tokens.ts';
import { type ServiceColumn, serviceColumns, widthOf } from './columns.ts';
import { type Done, lastEvents, type Trait, traitsAsOf } from './history.ts';
import { customerLanguage } from './language.ts';
import type { Prepared } from './prepare.ts';
import type { RowsDeps, RowsRequest } from './request.ts';
import { idOf, type Source } from './sources.ts';
import { lastTexts, type Written } from './written.ts';

const DAY = 86_400_000;
const MOST_EVENTS = 20;
const MOST_TEXTS = 5;

/** Each subject's customer in words as of its instant; without a text where nothing is known of them. */
export async function customerSources(
  deps: RowsDeps,
  request: RowsRequest,
  subjects: readonly Prepared[],
): Promise<Source[]> {
  const { service } = request;
  const columns = service === undefined ? [] : await serviceColumns(deps, service);
  const traits = await traitsAsOf(deps.db, subjects);
  const events = await lastEvents(deps.db, subjects, MOST_EVENTS);
  const texts = await lastTexts(deps.db, subjects, MOST_TEXTS);
  const options = { countTokens: deps.countTokens ?? estimateTokens };
  return subjects.map((subject, index): Source => {
    const past = {
      traits: traits[index] ?? [],
      events: events[index] ?? [],
      texts: texts[index] ?? [],
    };
    const id = idOf(subject);
    if (past.traits.length + past.events.length === 0) return { id };
    const text = customerText(factsOf(request, subject, past, columns), options);
    return { id, text: { text, cut: false, move: (place) => place } };
  });
}

interface Past {
  readonly traits: readonly Trait[];
  readonly events: readonly Done[];
  readonly texts: readonly Written[];
}

function factsOf(
  { domain, language }: RowsRequest,
  subject: Prepared,
  { traits, events, texts }: Past,
  columns: readonly ServiceColumn[],
): CustomerFacts {
  const last = events[0]?.occurredAt ?? subject.at;
  const earlier = (occurredAt: number) => (last - occurredAt) / DAY;
  return {
    domain: domain.key,
    locale: language ?? customerLanguage(traits, texts) ?? 'en',
    seenDays: events.length === 0 ? null : (subject.at - last) / DAY,
    traits: traits.map(({ name, value }) => [name, value] as const),
    features: featuresOf(subject, columns),
    // What was written is told as such.
    events: events
      .filter(({ eventId }) => !texts.some((text) => text.eventId === eventId))
      .map((event) => ({ ...event, daysEarlier: earlier(event.occurredAt) })),
    texts: texts.map((text) => ({ ...text, daysEarlier: earlier(text.occurredAt) })),
    known: subject.known,
  };
}

/** Those that are one value and there, days since something whole: a text must not change by the hour. */
function featuresOf(
  { features = [] }: Prepared,
  columns: readonly ServiceColumn[],
): CustomerFacts['features'] {
  let place = 0;
  return columns.flatMap(({ name, type, drifts }) => {
    const at = place;
    place += widthOf(type);
    const value = features[at] ?? null;
    if (type.kind === 'vector' || value === null) return [];
    return [[name, drifts && typeof value === 'number' ? Math.floor(value) : value] as const];
  });
}
