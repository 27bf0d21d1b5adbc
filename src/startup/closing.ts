import type { Logger } from '../logger.ts';

/** What has been opened, to be closed in the reverse order. */
export interface Closing {
  add(name: string, close: () => Promise<unknown>): void;
  /** Closes everything, once; a part that fails is logged and the rest goes on. */
  close(): Promise<void>;
}

export function createClosing(log: Logger): Closing {
  const parts: { name: string; close: () => Promise<unknown> }[] = [];
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    for (let part = parts.pop(); part; part = parts.pop()) {
      const { name, close } = part;
      await close().catch((error: Error) => log.error({ err: error }, `could not close ${name}`));
    }
  };
  return {
    add: (name, close) => {
      parts.push({ name, close });
    },
    close: () => {
      closed ??= closeAll();
      return closed;
    },
  };
}
