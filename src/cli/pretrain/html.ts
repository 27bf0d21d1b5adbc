const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  mdash: '—',
  ndash: '–',
  hellip: '…',
};

/** The blocks of text of an HTML or Mallard page: paragraphs, list items, headings, cells. */
export function htmlBlocks(page: string): string[] {
  return page
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(script|style|pre|screen|code|nav|header|info)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(
      /<\/?(p|div|li|td|th|tr|dd|dt|h\d|ul|ol|dl|table|title|item|section|br)\b[^>]*>/gi,
      '\n',
    )
    .replace(/<[^>]*>/g, '')
    .replace(/&#x([0-9a-f]+);/gi, (_, code) => character(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code) => character(Number(code)))
    .replace(/&(\w+);/g, (whole, name) => ENTITIES[name] ?? whole)
    .split(/\n\s*\n|(?<=[。！？.!?])\n/)
    .map((block) =>
      block
        .replace(/(\p{sc=Han})\s*\n\s*(?=\p{sc=Han})/gu, '$1')
        .replace(/\s+/g, ' ')
        .trim(),
    );
}

function character(code: number): string {
  return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : '';
}
