import type { Actor } from '../../../auth.ts';
import type { Neighbour } from '../../../ml/similarity/search.ts';
import { readVectors } from '../../embeddings/read-rows.ts';
import type { SegmentDeps } from '../deps.ts';
import { explainMembership, type MembershipExplanation } from '../explain-membership.ts';
import { type Lookalike, type LookalikeDeps, lookalikesOf, memberIds } from './lookalike.ts';
import { scopeOf } from './refresh.ts';

/** The source's members who are most like the customer are shown. */
const NEAREST = 5;

/**
 * `explainMembership` of every kind of segment. For a learned one it tells how similar the customer is
 * to the members of the source, by the embeddings of now: `value` has the `similarity` to their mean
 * direction, the `least` that a member has, and the `nearest` members of the source.
 *
 * @throws CameoError as `explainMembership` does.
 */
export async function explainAnyMembership(
  deps: SegmentDeps & LookalikeDeps,
  actor: Actor,
  input: Parameters<typeof explainMembership>[2],
): Promise<MembershipExplanation> {
  const explained = await explainMembership(deps, actor, input);
  const [lookalike] = await lookalikesOf(deps.db, [explained.segment.id]);
  if (!lookalike) return explained;
  const likeness = await likenessOf(deps, lookalike, input.customerId);
  return {
    ...explained,
    clause: {
      ...explained.clause,
      text: textOf(lookalike, likeness),
      value: evidenceOf(lookalike, likeness),
    },
  };
}

interface Likeness {
  readonly similarity: number;
  readonly nearest: readonly Neighbour[];
}

/** Undefined for a customer without an embedding, and before the segment was found for the first time. */
async function likenessOf(
  deps: LookalikeDeps,
  lookalike: Lookalike,
  customerId: number,
): Promise<Likeness | undefined> {
  const scope = await scopeOf(deps, lookalike);
  const [own] = await readVectors(deps.db, scope, [customerId]);
  const { centroid } = lookalike;
  if (!own || !centroid || centroid.length !== own.vector.length) return undefined;
  const among = await memberIds(deps.db, lookalike.sourceId);
  const except = new Set([customerId]);
  const query = { vector: own.vector, first: NEAREST, among, except };
  const [nearest = []] = await deps.similarity.nearest(scope, [query]);
  const similarity = own.vector.reduce(
    (sum, value, place) => sum + value * (centroid[place] ?? 0),
    0,
  );
  return { similarity, nearest };
}

function textOf({ from, size, minSimilarity, least }: Lookalike, likeness: Likeness | undefined) {
  const wanted =
    size === null ? `at least ${minSimilarity} similar` : `among the ${size} most similar`;
  const rule = `no member of "${from}", and ${wanted} to its members`;
  if (!likeness) return `${rule}: this customer has no embedding`;
  const limit = least === null ? '' : `; the least similar member has ${brief(least)}`;
  return `${rule}: this customer's similarity is ${brief(likeness.similarity)}${limit}`;
}

const evidenceOf = ({ from, least }: Lookalike, likeness: Likeness | undefined) => ({
  from,
  similarity: likeness?.similarity ?? null,
  least,
  nearest: (likeness?.nearest ?? []).map(({ id, similarity }) => ({
    customer: String(id),
    similarity,
  })),
});

const brief = (similarity: number): string => similarity.toFixed(3);
