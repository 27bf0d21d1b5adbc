/**
 * All matches of a global pattern that never matches nothing. `matchAll` makes a copy of its pattern
 * at each call, which takes longer than a short text.
 */
export function matchesOf(text: string, pattern: RegExp): RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) found.push(match);
  return found;
}
