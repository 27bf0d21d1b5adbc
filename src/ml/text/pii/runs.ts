import { matchesOf } from './matches.ts';
/** Groups of digits that people would read as one number, such as `+86 138-1234-5678`. */
export interface Run {
  readonly start: number;
  readonly end: number;
  /** ASCII digits, full-width ones converted. */
  readonly groups: readonly string[];
  /** What stands between the groups, one fewer than those. */
  readonly joints: readonly string[];
  readonly plus: boolean;
}

/** Dates, times, amounts with separators and decimals: no number to call or to charge. */
const PLAIN = [
  String.raw`(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}(?!\d)`,
  String.raw`\d{1,2}([-/.])\d{1,2}\2(?:19|20)?\d\d(?![\d]|[-/.]\d)`,
  String.raw`\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?!\d)`,
  String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)`,
  String.raw`\d{1,8}\.\d{1,2}(?![\d]|\.\d)`,
  String.raw`\d\.\d+(?![\d]|\.\d)`,
].join('|');
const TOKEN = new RegExp(String.raw`(?<![\d.,])(?:${PLAIN})|[\d０-９]+`, 'g');
const JOINT = /^(?:[ .\-–—·/\u00a0\u3000]|[ -]?[(（]|[)）][ -]?| - )$/;
const LONGEST_JOINT = 3;
const FEWEST_DIGITS = 5;

interface Open {
  readonly start: number;
  end: number;
  digits: number;
  readonly groups: string[];
  readonly joints: string[];
}

/** Five digits or more with little between them: most numbers of a text are shorter. */
const CANDIDATE = /[\d０-９](?:[ .,:\-–—·/()（）\u00a0\u3000]{0,3}[\d０-９]){4,}/g;

/** All runs of five digits or more, in order. */
export function findRuns(text: string): Run[] {
  return matchesOf(text, CANDIDATE).flatMap(({ 0: part, index }) => runsOf(text, part, index));
}

function runsOf(text: string, part: string, from: number): Run[] {
  const runs: Run[] = [];
  let open: Open | undefined;
  const close = () => {
    if (open && open.digits >= FEWEST_DIGITS) runs.push(finish(text, open));
    open = undefined;
  };
  for (const { 0: token, index } of matchesOf(part, TOKEN)) {
    const start = from + index;
    const plain = !/^[\d０-９]+$/.test(token);
    const joint = open && jointOf(text, open.end, start);
    if (plain || joint === undefined) close();
    if (plain) continue;
    if (open && joint !== undefined) open.joints.push(joint);
    open ??= { start, end: start, groups: [], joints: [], digits: 0 };
    open.groups.push(toAscii(token));
    open.end = start + token.length;
    open.digits += token.length;
  }
  close();
  return runs;
}

function jointOf(text: string, from: number, to: number): string | undefined {
  if (to - from > LONGEST_JOINT) return undefined;
  const joint = text.slice(from, to);
  return JOINT.test(joint) ? joint : undefined;
}

function finish(text: string, open: Open): Run {
  const bracket = /[(（]/.test(text.charAt(open.start - 1)) ? 1 : 0;
  const plus = /[+＋]/.test(text.charAt(open.start - 1 - bracket)) ? 1 : 0;
  const closed = bracket === 1 && (plus === 1 || /[)）]/.test(open.joints.join('')));
  const { end, groups, joints } = open;
  return {
    start: open.start - plus - (closed ? bracket : 0),
    end,
    groups,
    joints,
    plus: plus === 1,
  };
}

const toAscii = (digits: string): string =>
  digits.replaceAll(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10));
