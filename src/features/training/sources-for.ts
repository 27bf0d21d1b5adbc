import { customerSources } from './customer-sources.ts';
import type { Prepared } from './prepare.ts';
import type { RowsDeps, RowsRequest } from './request.ts';
import { idOf, type Source, writtenSources } from './sources.ts';

/** The texts that a request asks for, in the order of the subjects. */
export async function sourcesFor(
  deps: RowsDeps,
  request: RowsRequest,
  subjects: readonly Prepared[],
): Promise<Source[]> {
  if (request.text === 'CUSTOMER') return customerSources(deps, request, subjects);
  if (request.text === 'EVENTS') return writtenSources(deps, subjects);
  return subjects.map((subject) => ({ id: idOf(subject) }));
}
