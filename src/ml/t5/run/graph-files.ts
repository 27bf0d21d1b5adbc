export interface GraphFiles {
  readonly encoder: string;
  readonly decoder: string;
}

/** The files of a version's graphs, its own model's first, then those of models that answer with it. */
export function graphFiles(members: number): GraphFiles[] {
  return Array.from({ length: members }, (_, member) =>
    member === 0 ? OWN : { encoder: `encoder.${member}.onnx`, decoder: `decoder.${member}.onnx` },
  );
}

/** Those of a version's own model. */
export const OWN: GraphFiles = { encoder: 'encoder.onnx', decoder: 'decoder.onnx' };
