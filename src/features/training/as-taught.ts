import type { TrainingSpec } from '../../ml/run/spec.ts';
import type { RowsRequest } from './request.ts';

/**
 * What a version's rows were made of, for whatever it is asked, or compared on, later: its language too,
 * whatever most customers of the domain speak by now.
 */
export function asTaught(
  { text, language }: Pick<TrainingSpec, 'text' | 'language'>,
  service: string | null | undefined,
): Pick<RowsRequest, 'text' | 'service' | 'language'> {
  return { text, ...(service && { service }), ...(language && { language }) };
}
