import type { Deps } from '../../context.ts';
import type { Notifications } from '../../notifications.ts';
import { ATTRIBUTES_CHANNEL, type DefineDeps, defineAttributes } from './define.ts';

/** Takes in the features of attributes that there are, now and whenever another process adds some. */
export async function followAttributes(
  deps: DefineDeps & Pick<Deps, 'log'>,
  notifications: Notifications,
): Promise<{ close(): Promise<void> }> {
  const changes = notifications.subscribe(ATTRIBUTES_CHANNEL);
  const takeIn = () => defineAttributes(deps, new Map());
  const follow = async () => {
    for await (const _ of changes)
      await takeIn().catch((error: Error) =>
        deps.log.warn({ err: error }, 'could not take in new attributes, the next change will'),
      );
  };
  await takeIn();
  const ended = follow();
  return {
    async close() {
      await changes.return?.();
      await ended;
    },
  };
}
