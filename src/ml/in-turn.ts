/** The results of `one` for each, one after the other: where each takes all threads. */
export async function inTurn<In, Out>(
  all: readonly In[],
  one: (each: In, place: number) => Promise<Out>,
): Promise<Out[]> {
  const done: Out[] = [];
  for (const [place, each] of all.entries()) done.push(await one(each, place));
  return done;
}
