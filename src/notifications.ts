import type pg from 'pg';
import type { Db } from './db.ts';
import { invariant } from './errors.ts';
import type { Logger } from './logger.ts';
import { createMailbox, GAP, type Mailbox } from './mailbox.ts';
import { keepSession } from './session.ts';

/** The one place that listens to PostgreSQL's NOTIFY; shared by all who wait for something. */
export interface Notifications {
  /**
   * The payloads notified on a channel from now on.
   *
   * An empty payload says that others may have been missed: it comes first, once the channel is
   * listened to, then after a break of the connection and when the reader was too slow. Read the
   * state that you follow anew when it comes, and nothing is ever lost.
   */
  subscribe(channel: string): AsyncIterableIterator<string>;
  /** Ends every subscription and gives the connection back. */
  close(): Promise<void>;
}

/** Items that may wait for one subscriber before it is told to read anew. */
const MAILBOX_LIMIT = 256;

/** Opens the hub on one connection of the pool, which it replaces whenever it breaks. */
export function openNotifications(db: Pick<Db, 'pool'>, log: Logger): Notifications {
  const channels = new Map<string, Set<Mailbox>>();
  let listening = new Set<string>();

  const deliver = (channel: string, payload: string) => {
    for (const box of channels.get(channel) ?? []) box.put(payload);
  };
  const listen = async (client: pg.PoolClient, channel: string) => {
    if (listening.has(channel)) return;
    await client.query(`listen ${channel}`);
    listening.add(channel);
    deliver(channel, GAP);
  };
  const session = keepSession(db.pool, log, async (client) => {
    const forget = () => {
      listening = new Set();
    };
    forget();
    client.on('end', forget);
    client.on('notification', ({ channel, payload }) => deliver(channel, payload ?? GAP));
    for (const channel of channels.keys()) await listen(client, channel);
  });

  return {
    subscribe(channel) {
      invariant(/^[a-z_]+$/.test(channel), `"${channel}" is no plain channel name`);
      const boxes = channels.get(channel) ?? new Set();
      channels.set(channel, boxes);
      const box = createMailbox(MAILBOX_LIMIT, () => boxes.delete(box));
      boxes.add(box);
      if (listening.has(channel)) box.put(GAP);
      else void session.run((client) => listen(client, channel));
      return box;
    },
    async close() {
      const boxes = [...channels.values()].flatMap((set) => [...set]);
      await Promise.all(boxes.map((box) => box.return()));
      await session.close();
    },
  };
}
