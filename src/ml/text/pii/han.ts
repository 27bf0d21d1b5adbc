/** Whether a Chinese character stands there: of the basic block, extension A or the compatibility ones. */
export function isHanAt(text: string, place: number): boolean {
  const code = text.charCodeAt(place);
  return (
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0xf900 && code <= 0xfaff)
  );
}
