import type { Page } from '../features/page.ts';

/** A Relay connection; its fields are functions, so that only what is asked for is made. */
export interface Connection<Row> {
  readonly edges: () => { cursor: string; node: Row }[];
  readonly nodes: () => Row[];
  readonly pageInfo: () => {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  readonly totalCount?: () => Promise<number>;
}

/** A page as a connection. `count` runs only when `totalCount` is selected. */
export function connect<Row>(page: Page<Row>, count?: () => Promise<number>): Connection<Row> {
  const cursor = (row: Row | undefined) => (row === undefined ? null : page.cursorOf(row));
  return {
    edges: () => page.rows.map((node) => ({ cursor: page.cursorOf(node), node })),
    nodes: () => page.rows,
    pageInfo: () => ({
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: cursor(page.rows[0]),
      endCursor: cursor(page.rows.at(-1)),
    }),
    ...(count && { totalCount: count }),
  };
}
