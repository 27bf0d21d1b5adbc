import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { customer } from '../definitions/customer.ts';
import { double, type FeatureType, int, list, text } from '../store/feature-type.ts';
import { pushed } from '../store/source.ts';
import { type FeatureView, featureView } from '../store/view.ts';

/** The feature view of what models wrote about customers. */
export const ATTRIBUTES = 'attributes';

/** The features of one attribute. */
export interface AttributeFeatures {
  /** A text, or a list of texts; null: unknown. */
  readonly value: string;
  /** The calibrated probability of what the version says, or would have said. */
  readonly confidence: string;
  /** The id of the model version that said it. */
  readonly version: string;
}

const PLAIN = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
const ENDING = /_(?:confidence|version)$/;
/** Leaves room for the endings in the 48 characters of a feature's name. */
const LONGEST = 36;

/**
 * A task's own name where that can be a feature's; else what can be kept of it, and a hash that tells it
 * from others.
 */
export function featuresOf(task: string): AttributeFeatures {
  const value =
    PLAIN.test(task) && !ENDING.test(task) && task.length <= LONGEST ? task : nameOf(task);
  return { value, confidence: `${value}_confidence`, version: `${value}_version` };
}

function nameOf(task: string): string {
  const plain = task
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const hash = createHash('sha256').update(task).digest('hex').slice(0, 8);
  const start = plain
    .join('_')
    .slice(0, LONGEST - 11)
    .replace(/_$/, '');
  return /^[a-z]/.test(start) ? `${start}_h${hash}` : `t_${start}${start && '_'}h${hash}`;
}

type Types = Readonly<Record<string, FeatureType>>;

/** The types of a task's features. @param several whether values are lists */
export function typesOf(task: string, several: boolean): Types {
  const { value, confidence, version } = featuresOf(task);
  return { [value]: several ? list(text()) : text(), [confidence]: double(), [version]: int() };
}

export function attributesView(features: Types): FeatureView {
  return featureView(ATTRIBUTES, {
    ...{ entity: customer, ttl: 0, source: pushed(), features },
    description: 'What text-to-text models say of a customer, with confidence and version',
  }) as unknown as FeatureView;
}

/** The features that the view has in the database; none before the first. */
export async function storedTypes(db: Queryable): Promise<Types> {
  const [row] = await db.query<{ columns: { name: string; type: FeatureType }[] }>(sql`
    select v.columns from feature_view f
      join feature_view_version v on v.view_id = f.id and v.version = f.version
    where f.name = ${ATTRIBUTES}`);
  return Object.fromEntries((row?.columns ?? []).map(({ name, type }) => [name, type]));
}
