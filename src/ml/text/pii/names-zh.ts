import type { Found } from './found.ts';
import { isHanAt } from './han.ts';
import { matchesOf } from './matches.ts';
import { LONG_SURNAMES, SURNAMES } from './name-lists.ts';
import { nameEnd as latinEnd } from './names-en.ts';

/** A name follows for certain; it may run into what comes after it. */
const CUE =
  /(?:我叫|名叫|名字叫|名字是|姓名|收件人|收货人|联系人|持卡人|开户人|户名|寄件人)[ \t]{0,3}(?:是|为|叫)?[:： \t]{0,3}/g;
/** Of people who write Chinese and have a Latin name: 我叫Kate Adams. */
const LATIN = { most: 3, alone: true, small: false };
/** A name may follow: only as a whole clause. */
const WEAK_CUE = /(?:我是|本人|这里是|叫我)/g;
const TITLE = /(先生|女士|小姐(?!姐)|太太|夫人)|师傅|经理|老师|医生|阿姨|大哥|大姐/g;
/** Characters that hardly ever end a given name and often follow one. */
const FOLLOWS = new Set(
  '的是在想要我你您他她请说和跟与有了来去吗呢啊吧不也都电手邮打住从买订就还已今昨号收',
);
/** Two characters that begin like a family name and are none. */
const WORDS = new Set(
  '感谢 谢谢 多谢 答谢 对于 关于 由于 至于 等于 任何 如何 为何 高中 高级 高兴 方便 安全 金融 时候 路过 时间 成为 成都 和你 和我 平时 平台 和他 万一 全部 全职 国内 国外 花钱 安排 安装 安卓 应该 但是 权益 房东 房客 计划 明天 明白 文员 强烈 那个 那位 海外 南方 平常 公司 利用 干活 信用 来自 都是 相信 商家 司机 农村 车主 白领 白天 管理 游客 连续 荣幸 帅哥 常客 华为 钱包 石油 单位 单身 解决 解释 师傅 老师 经理 医生 向来 尚未'.split(
    ' ',
  ),
);

/** Chinese names after words like 我叫 and 姓名, and family names before 先生, 女士 and the like. */
export function findChineseNames(text: string): Found[] {
  return [...afterCues(text), ...asClauses(text), ...beforeTitles(text)];
}

function afterCues(text: string): Found[] {
  return matchesOf(text, CUE).flatMap(({ 0: cue, index }) => {
    const start = index + cue.length;
    const end = Math.max(nameEnd(text, start), latinEnd(text, start, LATIN));
    return end > start ? [toFound(start, end)] : [];
  });
}

function asClauses(text: string): Found[] {
  return matchesOf(text, WEAK_CUE).flatMap(({ 0: cue, index }) => {
    const start = index + cue.length;
    const end = clauseName(text, start);
    return end > start ? [toFound(start, end)] : [];
  });
}

/** The end of a name of two to four characters that fills the text from `start` to a sign; or `start`. */
export function clauseName(text: string, start: number): number {
  let end = start;
  while (end - start < 5 && isHanAt(text, end)) end += 1;
  const family = familyLength(text, start);
  const given = end - start - family;
  return family > 0 && given >= 1 && given <= 2 ? end : start;
}

/** Family name and one or two more characters, the second unless it is a word of its own. */
function nameEnd(text: string, start: number): number {
  const family = familyLength(text, start);
  if (family === 0) return start;
  const first = start + family;
  if (!isHanAt(text, first) || FOLLOWS.has(text.charAt(first))) return first;
  const second = text.charAt(first + 1);
  return isHanAt(text, first + 1) && !FOLLOWS.has(second) ? first + 2 : first + 1;
}

function familyLength(text: string, start: number): number {
  const two = text.slice(start, start + 2);
  if (LONG_SURNAMES.has(two)) return 2;
  return SURNAMES.has(two.charAt(0)) && !WORDS.has(two) ? 1 : 0;
}

function beforeTitles(text: string): Found[] {
  return matchesOf(text, TITLE).flatMap(({ 1: polite, index }) => {
    for (const length of [4, 3, 2, 1]) {
      const start = index - length;
      const family = start < 0 ? 0 : familyLength(text, start);
      // Before a profession stands the family name alone: other words end there too.
      const given = length - family;
      if (family === 0 || given > (polite ? 2 : 0) || !isAllHan(text, start, index)) continue;
      if (WORDS.has(text.slice(start - 1, start + 1))) continue;
      return [toFound(start, index)];
    }
    return [];
  });
}

function isAllHan(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isHanAt(text, at)) return false;
  return true;
}

const toFound = (start: number, end: number): Found => ({ start, end, kind: 'NAME' });
