import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';

/** Customers drawn at random, without putting back. */
export interface Drawn {
  readonly ids: readonly number[];
  /** How many living customers the domain has. */
  readonly population: number;
}

/** Draws about `size` living customers of a domain, each with the same chance; all if there are fewer. */
export async function drawCustomers(db: Queryable, domainId: number, size: number): Promise<Drawn> {
  const living = sql`domain_id = ${domainId} and merged_into_id is null`;
  const [row] = await db.query<{ population: number }>(
    sql`select count(*) as population from customer where ${living}`,
  );
  const population = row?.population ?? 0;
  const chance = population <= size ? 1 : size / population;
  const rows = await db.query<{ id: number }>(
    sql`select id from customer where ${living} and random() < ${chance}::float8`,
  );
  return { ids: rows.map(({ id }) => id), population };
}

/** A count in the sample as one in the population. */
export function scaled(count: number, drawn: Drawn | undefined): number {
  if (!drawn || drawn.ids.length === 0) return count;
  return Math.round((count / drawn.ids.length) * drawn.population);
}

const Z95 = 1.959964;

/**
 * The 95% half-width of a scaled count, with the correction for drawing without putting back. The
 * share is Agresti and Coull's (two hits and two misses added), so that nobody found is not certainty.
 */
export function halfWidth(count: number, { ids, population }: Drawn): number {
  const n = ids.length;
  if (n >= population) return 0;
  const share = (count + 2) / (n + 4);
  const correction = (population - n) / (population - 1);
  return Math.ceil(Z95 * Math.sqrt(((share * (1 - share)) / (n + 4)) * correction) * population);
}
