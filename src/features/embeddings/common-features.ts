import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { FeatureValueRow } from '../serving/feature-values.ts';
import type { Profile } from '../store/drift.ts';

/** A feature that two customers have in common and few others. */
export interface CommonFeature {
  readonly text: string;
  /** The share of customers that have it too. */
  readonly share: number;
}

/** What at most this share of customers have is unusual. */
const UNUSUAL = 0.1;

export type Profiles = ReadonlyMap<string, Profile>;

/** How the values of each feature were spread when they were last measured, by `view:feature`. */
export async function readProfiles(db: Queryable): Promise<Profiles> {
  const rows = await db.query<{ name: string; profile: Profile }>(sql`
    select distinct on (view, feature) view || ':' || feature as name, profile
    from feature_statistic order by view, feature, at desc, id desc`);
  return new Map(rows.map(({ name, profile }) => [name, profile]));
}

/** Features in which both are in the same tail, or of the same rare kind; the rarest first. */
export function commonFeatures(
  left: readonly FeatureValueRow[],
  right: readonly FeatureValueRow[],
  profiles: Profiles,
): CommonFeature[] {
  const others = new Map(right.map((value) => [nameOf(value), value]));
  return left
    .flatMap((a) => {
      const b = others.get(nameOf(a));
      const profile = profiles.get(nameOf(a));
      if (!b || !profile || a.value == null || b.value == null) return [];
      return ('edges' in profile ? sameTail : sameKind)(nameOf(a), a.value, b.value, profile) ?? [];
    })
    .sort((a, b) => a.share - b.share || (a.text < b.text ? -1 : 1));
}

const nameOf = ({ view, name }: FeatureValueRow) => `${view}:${name}`;

function sameTail(
  name: string,
  a: unknown,
  b: unknown,
  profile: Profile,
): CommonFeature | undefined {
  if (typeof a !== 'number' || typeof b !== 'number' || !('edges' in profile)) return undefined;
  const low = shareUpTo(profile, Math.max(a, b));
  const high = shareFrom(profile, Math.min(a, b));
  const share = Math.min(low, high);
  if (share > UNUSUAL) return undefined;
  const which = low < high ? 'lowest' : 'highest';
  return {
    text: `${name}: ${brief(a)} and ${brief(b)}, both among the ${which} ${percent(share)}`,
    share,
  };
}

type Numbers = Extract<Profile, { edges: unknown }>;

/** At most so many have this value or a smaller one. */
function shareUpTo({ edges, shares }: Numbers, value: number): number {
  return shares[edges.findIndex((edge) => edge >= value)] ?? 1;
}

/** At most so many have this value or a larger one. */
function shareFrom({ edges, shares }: Numbers, value: number): number {
  const below = edges.findLastIndex((edge) => edge < value);
  return below < 0 ? 1 : 1 - (shares[below] ?? 0);
}

function sameKind(
  name: string,
  a: unknown,
  b: unknown,
  profile: Profile,
): CommonFeature | undefined {
  if ('edges' in profile || String(a) !== String(b)) return undefined;
  const share = profile.common[String(a)];
  if (share === undefined || share > UNUSUAL) return undefined;
  return { text: `${name}: both ${JSON.stringify(a)}, as ${percent(share)} are`, share };
}

const brief = (value: number): string => String(Number(value.toPrecision(4)));
const percent = (share: number): string => `${Math.max(1, Math.ceil(share * 100 - 1e-9))}%`;
