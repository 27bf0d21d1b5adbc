/**
 * How many steps a parameter of an encoder is away from the head: 0 for heads, 1 for the last layer,
 * and one more than there are layers for the embeddings.
 */
export function depthOf(name: string, layers: number): number {
  const layer = /^(?:bag\.\d+\.)?encoder\.layer\.(\d+)\./.exec(name)?.[1];
  if (layer !== undefined) return layers - Number(layer);
  return /^(?:bag\.\d+\.)?embeddings\./.test(name) ? layers + 1 : 0;
}

/** Rates that shrink by `decay` with each layer towards the input (Howard, Ruder 2018, 3.2). */
export function layerRates(decay: number, layers: number): (name: string) => number {
  return (name) => decay ** depthOf(name, layers);
}

/** Whether a parameter is among the embeddings and the `frozen` layers next to them. */
export function isFrozen(name: string, frozen: number, layers: number): boolean {
  return frozen > 0 && depthOf(name, layers) > layers - frozen;
}
