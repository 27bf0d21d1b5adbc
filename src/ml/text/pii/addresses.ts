import type { Found } from './found.ts';
import { isHanAt } from './han.ts';
import { matchesOf } from './matches.ts';

/** The part of a Chinese address that nothing else looks like. */
const DOOR =
  /(?:大道|路|街|巷|弄|胡同|村|小区|花园)\d{1,5}(?:号|弄|栋|幢|座)(?:[\d一-十A-Za-z-]{1,6}(?:号楼|栋|幢|座|单元|楼|层|室|号|弄)){0,4}/gu;
const ENGLISH =
  /(?<![\d.])\d{1,5}[A-Za-z]? (?:\p{Lu}[\p{L}'’]{0,20}\.? ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Terrace|Place|Square|Crescent|Parkway|Pkwy|Highway|Hwy)\b\.?(?:,? (?:Apt|Apartment|Suite|Unit|Flat|Floor|#)\.? ?[\dA-Za-z-]{1,6})?/gu;
/** Where the names of city, district and street begin: after one of these. */
const BEFORE = new Set('在到是住址寄送给往从去至的了');
const LONGEST = 16;

/** Street addresses with a house number: 中山路12号3单元501室, 12 Baker Street, Apt 4. */
export function findAddresses(text: string): Found[] {
  const chinese = matchesOf(text, DOOR).map(({ 0: match, index }): Found => {
    const start = placeStart(text, index);
    return { start, end: index + match.length, kind: 'ADDRESS' };
  });
  const english = matchesOf(text, ENGLISH).map(
    ({ 0: match, index }): Found => ({ start: index, end: index + match.length, kind: 'ADDRESS' }),
  );
  return [...chinese, ...english];
}

function placeStart(text: string, end: number): number {
  let start = end;
  while (end - start < LONGEST && isHanAt(text, start - 1)) {
    if (BEFORE.has(text.charAt(start - 1))) break;
    start -= 1;
  }
  return start;
}
