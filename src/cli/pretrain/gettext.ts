/**
 * The entries of a compiled gettext catalogue (.mo), original and translation.
 * Format: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
 */
export function readCatalogue(bytes: Buffer): [original: string, translation: string][] {
  if (bytes.byteLength < 20 || bytes.readUInt32LE(0) !== 0x950412de) return [];
  const count = bytes.readUInt32LE(8);
  const originals = bytes.readUInt32LE(12);
  const translations = bytes.readUInt32LE(16);
  return Array.from({ length: count }, (_, i): [string, string] => [
    plain(stringAt(bytes, originals + 8 * i)),
    plain(stringAt(bytes, translations + 8 * i)),
  ]).filter(([original]) => original !== '');
}

function stringAt(bytes: Buffer, at: number): string {
  const length = bytes.readUInt32LE(at);
  const start = bytes.readUInt32LE(at + 4);
  return bytes.toString('utf8', start, start + length);
}

/** Without the context, plural forms, markup, placeholders and keyboard marks of an interface. */
function plain(entry: string): string {
  const text = entry.split('\u0004').at(-1)?.split('\0')[0] ?? '';
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/%(\d+\$)?[-+ #0]*\d*(\.\d+)?[a-z]|%\d+|\$\w+|\\n/g, ' ')
    .replace(/\(&?_?[A-Z]\)|[_&](?=\p{L})/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}
