/** What a program that brings its own definitions imports; Cameo itself imports the files. */
export {
  count,
  countDistinct,
  first,
  last,
  max,
  mean,
  min,
  mostFrequent,
  percentile,
  stddev,
  sum,
} from './aggregate.ts';
export { daysSince, difference, ratio } from './derived.ts';
export { entity } from './entity.ts';
export { bool, double, int, json, list, text, timestamp, vector } from './feature-type.ts';
export { onDemandView, request } from './on-demand.ts';
export { featureService } from './service.ts';
export { events, pushed } from './source.ts';
export { createFeatureStore } from './store.ts';
export { featureView } from './view.ts';
