/** One record of a file: its columns by name, or the fields of its JSON by dotted path. */
export interface Row {
  /** Undefined when the record has no such column. */
  get(column: string): unknown;
  /** For the `.rejected` file. */
  toJSON(): unknown;
}

/** Rows of a CSV file share their header. */
export function csvRow(header: ReadonlyMap<string, number>, cells: readonly string[]): Row {
  return {
    get: (column) => cells[header.get(column) ?? -1],
    toJSON: () => Object.fromEntries([...header].map(([name, at]) => [name, cells[at]])),
  };
}

export function jsonRow(value: object): Row {
  return {
    get: (column) =>
      Object.hasOwn(value, column) ? Reflect.get(value, column) : dig(value, column),
    toJSON: () => value,
  };
}

function dig(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name))
      return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}
