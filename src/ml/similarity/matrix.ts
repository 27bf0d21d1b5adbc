import { MlError } from '../errors.ts';

/**
 * A piece of a matrix: `rows` rows in use, row-major. The system gives memory to pages when they are
 * first written to, so what was never `touched` takes none.
 */
export interface Tile {
  readonly values: Float32Array;
  readonly ids: Int32Array;
  rows: number;
  touched: number;
}

/**
 * Unit vectors by id, in no order. Memory grows and shrinks by tiles, so that a new row copies
 * nothing but itself.
 */
export interface Matrix {
  readonly dimensions: number;
  readonly tiles: readonly Tile[];
  readonly rows: number;
  /** Of all rows that were ever written to, in the tiles that are still there. */
  readonly bytes: number;
  /** Adds a row or writes over the one that is there. */
  set(id: number, vector: Float32Array): void;
  /** Does nothing when there is no such row. */
  remove(id: number): void;
  get(id: number): Float32Array | undefined;
}

/** One pass over a large tile is faster than several over small ones. */
const TILE_BYTES = 64 * 2 ** 20;

/** Bytes that a matrix of so many rows takes. */
export const bytesOf = (rows: number, dimensions: number): number => rows * (dimensions + 1) * 4;

/** @param tileRows rows of a tile; about 64 MB when absent */
export function createMatrix(
  dimensions: number,
  tileRows = Math.max(1, Math.floor(TILE_BYTES / bytesOf(1, dimensions))),
): Matrix {
  const tiles: Tile[] = [];
  /** Places count through the tiles: tile * tileRows + row. */
  const places = new Map<number, number>();

  const at = (place: number) => {
    const tile = tiles[Math.floor(place / tileRows)] as Tile;
    return { tile, row: place % tileRows };
  };
  const write = (place: number, id: number, vector: Float32Array) => {
    const { tile, row } = at(place);
    tile.values.set(vector, row * dimensions);
    tile.ids[row] = id;
    tile.touched = Math.max(tile.touched, row + 1);
    places.set(id, place);
  };
  const read = (place: number) => {
    const { tile, row } = at(place);
    return tile.values.subarray(row * dimensions, (row + 1) * dimensions);
  };
  const grow = () => {
    if (places.size < tiles.length * tileRows) return;
    const values = new Float32Array(tileRows * dimensions);
    tiles.push({ values, ids: new Int32Array(tileRows), rows: 0, touched: 0 });
  };

  return {
    dimensions,
    tiles,
    get rows() {
      return places.size;
    },
    get bytes() {
      return bytesOf(
        tiles.reduce((sum, { touched }) => sum + touched, 0),
        dimensions,
      );
    },
    set(id, vector) {
      if (vector.length !== dimensions)
        throw new MlError(
          'SHAPE_MISMATCH',
          `A vector of ${vector.length} numbers does not fit a matrix of ${dimensions}.`,
        );
      const known = places.get(id);
      if (known !== undefined) return write(known, id, vector);
      grow();
      const place = places.size;
      at(place).tile.rows += 1;
      write(place, id, vector);
    },
    remove(id) {
      const place = places.get(id);
      if (place === undefined) return;
      // The last row takes the place of the one that goes.
      const { tile, row } = at(places.size - 1);
      write(place, tile.ids[row] as number, read(places.size - 1));
      places.delete(id);
      tile.rows -= 1;
      if (tile.rows === 0) tiles.pop();
    },
    get(id) {
      const place = places.get(id);
      return place === undefined ? undefined : read(place);
    },
  };
}
