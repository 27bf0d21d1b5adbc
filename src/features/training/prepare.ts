import type { KnownPii } from '../../ml/text/mask.ts';
import { encodeFeatures, type RowValue, type ServiceColumn, serviceColumns } from './columns.ts';
import { knownOf, knownPiiOf } from './known-pii.ts';
import type { RowsDeps, RowsRequest } from './request.ts';
import type { Subject } from './subjects.ts';

/** A subject with what is known of it but its text. */
export interface Prepared extends Subject {
  readonly known: KnownPii;
  /** In the order of `columns`; absent without a service. */
  readonly features?: readonly RowValue[];
  /** The features as the store has them, by name. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Subjects with their features as of their instants, in the same order.
 * @param size how many have their texts in memory at a time
 */
export async function* prepare(
  deps: RowsDeps,
  { service }: Pick<RowsRequest, 'service'>,
  pages: AsyncIterable<Subject[]>,
  size: number,
): AsyncGenerator<Prepared[]> {
  const columns = service === undefined ? undefined : await serviceColumns(deps, service);
  const joined = service === undefined ? plain(pages) : withFeatures(deps, service, pages);
  for await (const page of joined)
    for (let start = 0; start < page.length; start += size)
      yield addKnown(deps, page.slice(start, start + size), columns);
}

/** The last step: what is known of the people, and with it the features masked. */
export async function addKnown(
  { db }: Pick<RowsDeps, 'db'>,
  joints: readonly Joint[],
  columns: readonly ServiceColumn[] | undefined,
): Promise<Prepared[]> {
  const known = await knownPiiOf(
    db,
    joints.map(({ subject }) => subject.customerId),
  );
  return joints.map((joint) => finish(joint, knownOf(known, joint.subject.customerId), columns));
}

/** A subject and its features by name. */
export interface Joint {
  readonly subject: Subject;
  readonly values: Readonly<Record<string, unknown>>;
}

async function* plain(pages: AsyncIterable<Subject[]>): AsyncGenerator<Joint[]> {
  for await (const page of pages) yield page.map((subject) => ({ subject, values: {} }));
}

/** The store's historical join: each subject sees its features as of its own instant. */
async function* withFeatures(
  { store }: RowsDeps,
  service: string,
  pages: AsyncIterable<Subject[]>,
): AsyncGenerator<Joint[]> {
  for await (const rows of store.historicalStream({ service, rows: entityRows(pages) }))
    yield rows.map(({ [SUBJECT]: subject, ...values }) => ({
      subject: subject as Subject,
      values,
    }));
}

/** No feature has a name with a blank in it. */
const SUBJECT = 'the subject';

async function* entityRows(pages: AsyncIterable<Subject[]>) {
  for await (const page of pages)
    for (const subject of page)
      yield { customer_id: subject.customerId, at: new Date(subject.at), [SUBJECT]: subject };
}

function finish(
  { subject, values }: Joint,
  known: KnownPii,
  columns: readonly ServiceColumn[] | undefined,
): Prepared {
  const features = columns && encodeFeatures(columns, values, subject.at, known);
  return { ...subject, known, values, ...(features && { features }) };
}
