import sql from 'sql-template-tag';
import { z } from 'zod';
import { type Actor, requireRole } from '../../../auth.ts';
import type { Deps } from '../../../context.ts';
import { CameoError } from '../../../errors.ts';
import { segmentByKey } from '../segment.ts';
import { checkTemplate } from './template.ts';

const schema = z.strictObject({
  channel: z.string().min(1).max(100),
  offer: z.string().min(1).max(1_000),
  template: z.string().min(1),
  priority: z.int().min(-1_000_000).max(1_000_000).default(0),
  holdoutPercent: z.number().min(0).max(100).default(0),
});

/** What to do about the members of a segment. */
export type Strategy = z.output<typeof schema>;
export type StrategyInput = z.input<typeof schema>;

/**
 * Gives a segment its strategy; null takes it away.
 * @throws CameoError FORBIDDEN without the role writer, NOT_FOUND for the segment, BAD_INPUT.
 */
export async function strategySave(
  deps: Deps,
  actor: Actor,
  segmentKey: string,
  input: StrategyInput | null,
): Promise<Strategy | null> {
  requireRole(actor, 'writer');
  const segment = await segmentByKey(deps.db, actor, segmentKey);
  if (!segment)
    throw new CameoError('NOT_FOUND', `There is no segment "${segmentKey}".`, ['segment']);
  if (input === null) {
    await deps.db.query(sql`delete from segment_strategy where segment_id = ${segment.id}`);
    return null;
  }
  const strategy = checked(input);
  const { channel, offer, template, priority, holdoutPercent } = strategy;
  await deps.db.query(sql`
    insert into segment_strategy (segment_id, channel, offer, template, priority, holdout_percent)
    values (${segment.id}, ${channel}, ${offer}, ${template}, ${priority}, ${holdoutPercent})
    on conflict (segment_id) do update set channel = excluded.channel, offer = excluded.offer,
      template = excluded.template, priority = excluded.priority,
      holdout_percent = excluded.holdout_percent, updated_at = now()`);
  return strategy;
}

function checked(input: StrategyInput): Strategy {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CameoError(
      'BAD_INPUT',
      issue?.message ?? 'This is not a strategy.',
      issue?.path.map(String),
    );
  }
  checkTemplate(parsed.data.template);
  return parsed.data;
}

/** The strategy of each segment, in the order of `segmentIds`; null where there is none. */
export async function strategiesOf(
  deps: Deps,
  segmentIds: readonly number[],
): Promise<(Strategy | null)[]> {
  const rows = await deps.db.query<Strategy & { id: number }>(sql`
    select segment_id as id, channel, offer, template, priority, holdout_percent as "holdoutPercent"
    from segment_strategy where segment_id = any(${segmentIds}::int4[])`);
  const byId = new Map(rows.map(({ id, ...strategy }) => [id, strategy]));
  return segmentIds.map((id) => byId.get(id) ?? null);
}
