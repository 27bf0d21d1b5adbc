import type { VersionRow } from '../version.ts';

/** Whether a training goes on from a version that answers for another domain or another task. */
export const isElsewhere = (
  { kind, domain, labels }: Pick<VersionRow, 'kind' | 'domain' | 'labels'>,
  ownDomain: string,
  ownLabels: string | null,
): boolean => kind === 'GENERATE' && (domain !== ownDomain || labels !== ownLabels);
