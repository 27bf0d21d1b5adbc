import type { Found } from './found.ts';

const LOCAL = /[\w.%+'&-]|[À-ɏͰ-ӿ]/;
const HOST = /[\w.-]|[À-ɏͰ-ӿ]/;
const LONGEST_LOCAL = 64;

/**
 * E-mail addresses and the user part of URLs. Walks outwards from each @ instead of matching: no
 * step crosses another @, so each character is looked at twice at most.
 */
export function findEmails(text: string): Found[] {
  const found: Found[] = [];
  for (let at = indexOfAt(text, 0); at >= 0; at = indexOfAt(text, at + 1)) {
    const end = hostEnd(text, at + 1);
    const user = urlUser(text, at);
    if (user !== undefined) found.push({ start: user, end: at, kind: 'ID' });
    else if (end > 0) {
      const start = localStart(text, at);
      if (start < at) found.push({ start, end, kind: 'EMAIL' });
    }
  }
  return found;
}

function indexOfAt(text: string, from: number): number {
  const ascii = text.indexOf('@', from);
  const wide = text.indexOf('＠', from);
  return ascii < 0 || (wide >= 0 && wide < ascii) ? wide : ascii;
}

function localStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < LONGEST_LOCAL && LOCAL.test(text.charAt(start - 1))) start -= 1;
  return start;
}

/** The end of a host with a dot in it; 0 when there is none. */
function hostEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && HOST.test(text.charAt(end))) end += 1;
  while (end > from && /[._-]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(from, end).includes('.') ? end : 0;
}

/** Where the user part of `scheme://user:secret@host` starts, when this @ ends one. */
function urlUser(text: string, at: number): number | undefined {
  let start = at;
  while (start > 0 && at - start < 200 && /[^\s/@＠<>"']/.test(text.charAt(start - 1))) start -= 1;
  return start < at && text.startsWith('://', start - 3) ? start : undefined;
}
