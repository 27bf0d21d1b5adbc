import { CameoError } from '../../errors.ts';
import { checkName } from './names.ts';
import type { OnDemandView } from './on-demand.ts';
import { type FeatureView, featureNames, type Selection } from './view.ts';

/** The features that one model uses, under a name that its training and its serving share. */
export interface FeatureService<Name extends string = string> {
  readonly kind: 'service';
  readonly name: Name;
  readonly selections: readonly Selection[];
  readonly onDemand: readonly OnDemandView[];
}

/**
 * Declares a service of whole views, picked features and on-demand views, in this order.
 * @throws CameoError BAD_INPUT when it is empty.
 */
export function featureService<const Name extends string>(
  name: Name,
  parts: readonly (FeatureView<string, never> | FeatureView | Selection | OnDemandView)[],
): FeatureService<Name> {
  checkName('service', name);
  if (parts.length === 0) throw new CameoError('BAD_INPUT', `service "${name}": it is empty.`);
  const selections = parts.flatMap((part): Selection[] => {
    if (part.kind === 'onDemand') return [];
    if (part.kind === 'selection') return [part];
    const view = part as FeatureView;
    return [{ kind: 'selection', view, names: featureNames(view) }];
  });
  const onDemand = parts.flatMap((part) => (part.kind === 'onDemand' ? [part] : []));
  return { kind: 'service', name, selections, onDemand };
}

/** Every view that the service reads, those of its on-demand views included. */
export function viewsOf(service: FeatureService): FeatureView[] {
  const selections = [...service.selections, ...service.onDemand.flatMap((it) => it.selections)];
  return [...new Map(selections.map(({ view }) => [view.name, view])).values()];
}
