/** One record of a file: its columns by name, or the fields of its JSON by dotted path. */
export interface Row {
  /** Undefined when the record has no such column. */
  get(column: string): unknown;
  /** For the `.rejected` file. */
  toJSON(): unknown;
}

/*
 * Classes, since files have millions of rows: closures would be made anew for each, and the loader
 * that runs TypeScript names every closure that it makes, which costs more than reading the row.
 */

/** Rows of a CSV file share their header. */
export class CsvRow implements Row {
  private readonly header: ReadonlyMap<string, number>;
  private readonly cells: readonly string[];

  constructor(header: ReadonlyMap<string, number>, cells: readonly string[]) {
    this.header = header;
    this.cells = cells;
  }

  get(column: string): unknown {
    return this.cells[this.header.get(column) ?? -1];
  }

  toJSON(): unknown {
    return Object.fromEntries([...this.header].map(([name, at]) => [name, this.cells[at]]));
  }
}

export class JsonRow implements Row {
  private readonly value: object;

  constructor(value: object) {
    this.value = value;
  }

  get(column: string): unknown {
    if (Object.hasOwn(this.value, column)) return Reflect.get(this.value, column);
    return dig(this.value, column);
  }

  toJSON(): unknown {
    return this.value;
  }
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
