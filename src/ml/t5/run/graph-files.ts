/** The files of a version's graphs, its own model's first, then those of models that answer with it. */
export function graphFiles(
  members: number,
): { readonly encoder: string; readonly decoder: string }[] {
  return Array.from({ length: members }, (_, member) => {
    const suffix = member === 0 ? 'onnx' : `${member}.onnx`;
    return { encoder: `encoder.${suffix}`, decoder: `decoder.${suffix}` };
  });
}
