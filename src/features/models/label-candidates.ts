import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { type Candidate, chooseCandidates, spreadValues } from '../../ml/active/candidates.ts';
import { normalise } from '../../ml/similarity/vectors.ts';
import { floatsSql, readFloats } from '../embeddings/floats.ts';
import { servingSql } from '../embeddings/models.ts';
import type { Json } from '../segments/rule/types.ts';
import { isObserved } from '../training/observed.ts';
import type { ModelRow } from './model.ts';

/** A customer whose label would teach a model. */
export interface LabelCandidateRow {
  readonly customerId: number;
  /** What the model says now; null: not sure enough. */
  readonly value: Json;
  readonly confidence: number | null;
  readonly uncertainty: number | null;
}

interface CandidateArguments {
  /** 1 to 100. */
  readonly first: number;
  readonly task?: string | null | undefined;
}

const MOST = 100;
/** Of the least sure ones, so many for each that is asked for, and so many at least. */
const POOL = { each: 10, least: 200 };
/** Customers who are looked at in a call, however many there are. */
const LOOKED_AT = 10_000;
/** Steps of the range of a task's numbers; see `numbersApart`. */
const STEPS = 4_000;

/**
 * The living customers without a label for a task whose label would teach its model most, out of those
 * that it has predictions of. The least sure ones (entropy of the calibrated probabilities, see
 * src/ml/active/uncertainty.ts) are thinned so that they are unlike each other, by the embeddings that
 * serve the domain (`chooseCandidates`); without embeddings only equal inputs count as alike. Of numbers,
 * which have no probabilities, those are chosen that are farthest from known ones (`spreadValues`).
 * The same as long as neither predictions nor labels change. No model runs.
 *
 * Each call reads the task's predictions in the domain once and looks at 10,000 of them at most: the least
 * sure ones; of numbers, some of each part of their range.
 *
 * @throws CameoError BAD_INPUT for a `first` outside 1 to 100, a task that events tell, or a model that
 *   predicts nothing
 */
export async function labelCandidates(
  { db }: { readonly db: Queryable },
  model: ModelRow,
  { first, task: asked }: CandidateArguments,
): Promise<LabelCandidateRow[]> {
  if (first < 1 || first > MOST)
    throw new CameoError('BAD_INPUT', `\`first\` is ${first}; it goes from 1 to ${MOST}.`, [
      'first',
    ]);
  const task = asked ?? model.labels;
  if (task === null || model.activeVersionId === null) return [];
  if (isObserved(task))
    throw new CameoError('BAD_INPUT', `"${task}" is learnt from events: nobody has to label it.`, [
      'task',
    ]);
  if (model.kind === 'REGRESS') return numbersApart(db, model, task, first);
  const pool = await leastSure(db, model, task, Math.max(POOL.least, POOL.each * first));
  const candidates = pool.map(({ uncertainty, bytes }): Candidate => {
    const vector = bytes && normalise(readFloats(bytes));
    return { uncertainty, ...(vector && { vector }) };
  });
  return chooseCandidates(candidates, first, model.activeVersionId).map((place) => {
    const { bytes: _, ...row } = pool[place] as Pooled;
    return row;
  });
}

interface Pooled extends LabelCandidateRow {
  readonly uncertainty: number;
  readonly bytes: Buffer | null;
}

/** Living and without a label for the task. */
const unlabelled = ({ domainId }: ModelRow, task: string) => sql`
  p.task = ${task} and c.domain_id = ${domainId} and c.merged_into_id is null
  and not exists (select from label l where l.customer_id = c.id and l.task = p.task)`;

/** The least sure one of each input, out of the 10,000 least sure, with its embedding where there is one. */
function leastSure(db: Queryable, model: ModelRow, task: string, most: number): Promise<Pooled[]> {
  return db.query<Pooled>(sql`
    select p.customer_id as "customerId", p.value, p.probability as confidence, p.uncertainty,
      ${floatsSql(sql`e."values"`)} as bytes
    from (
      select * from (
        select distinct on (input_hash) * from (
          select p.customer_id, p.value, p.probability, p.input_hash,
            coalesce(p.uncertainty, 1 - p.probability, 1) as uncertainty
          from prediction p join customer c on c.id = p.customer_id
          where ${unlabelled(model, task)}
          order by uncertainty desc, customer_id limit ${LOOKED_AT}
        ) unsure
        order by input_hash, customer_id
      ) each
      order by uncertainty desc, customer_id limit ${most}
    ) p
      left join (${servingSql(sql`${model.domain}`, null)}) m on true
      left join embedding e
        on e.customer_id = p.customer_id and e.model = m.model and e.version = m.version
    order by p.uncertainty desc, p.customer_id`);
}

/** Which step of the range from `low` to `high` a `number` is in: 0 to STEPS in it, other ones outside. */
const STEP = sql`floor((number - low) / nullif(high - low, 0) * ${STEPS}::int)`;

/**
 * Those whose numbers are farthest from known ones. Of more than 10,000 customers one of each step of the
 * range is looked at, then a second one of each, and so on; of known numbers both ends of each step count.
 * So whoever is chosen is as far from all that is known as anybody, but for a step or two.
 */
async function numbersApart(
  db: Queryable,
  model: ModelRow,
  task: string,
  first: number,
): Promise<LabelCandidateRow[]> {
  const rows = await db.query<{ customerId: number; value: number }>(sql`
    select customer_id as "customerId", value from (
      select customer_id, value,
        row_number() over (partition by ${STEP} order by customer_id) as turn
      from (
        select *, min(number) over () as low, max(number) over () as high from (
          select p.customer_id, p.value, (p.value #>> '{}')::float8 as number
          from prediction p join customer c on c.id = p.customer_id
          where ${unlabelled(model, task)} and jsonb_typeof(p.value) = 'number'
        ) predicted
      ) ranged
      order by turn, customer_id limit ${LOOKED_AT}
    ) looked_at
    order by customer_id`);
  if (rows.length === 0) return [];
  const predicted = rows.map(({ value }) => value);
  const known = await knownNumbers(db, model, task, predicted);
  return spreadValues(predicted, known, first).map((place) => {
    const { customerId, value } = rows[place] as (typeof rows)[number];
    return { customerId, value, confidence: null, uncertainty: null };
  });
}

/** What is known: of each step of the predicted numbers' range, and of what lies outside, both ends. */
async function knownNumbers(
  db: Queryable,
  { domainId }: ModelRow,
  task: string,
  predicted: readonly number[],
): Promise<number[]> {
  const [low, high] = [Math.min(...predicted), Math.max(...predicted)];
  const rows = await db.query<{ least: number; greatest: number }>(sql`
    select min(number) as least, max(number) as greatest
    from (
      select (value #>> '{}')::float8 as number from label
      where domain_id = ${domainId} and task = ${task} and jsonb_typeof(value) = 'number'
    ) known, (select ${low}::float8 as low, ${high}::float8 as high) range
    group by least(greatest(${STEP}, -1), ${STEPS + 1})`);
  return rows.flatMap(({ least, greatest }) => [least, greatest]);
}
