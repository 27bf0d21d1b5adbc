import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createSessionCache } from '../../../src/ml/serve/session-cache.ts';

/** Opens things of the given sizes, and keeps a log. */
function library(sizes: Record<string, number>) {
  const log: string[] = [];
  const open = async (folder: string) => {
    const bytes = sizes[folder];
    log.push(`open ${folder}`);
    if (bytes === undefined) throw new Error(`no ${folder}`);
    return {
      bytes,
      folder,
      close: async () => {
        log.push(`close ${folder}`);
      },
    };
  };
  return { log, open };
}

const touch = async ({ folder }: { folder: string }) => folder;

describe('models kept open', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are opened once, however many ask at once', async () => {
    const { log, open } = library({ a: 1 });
    const cache = createSessionCache(open, { bytes: 10, idleMs: 1000 });
    expect(await Promise.all([cache.with('a', touch), cache.with('a', touch)])).toEqual(['a', 'a']);
    await cache.with('a', touch);
    expect(log).toEqual(['open a']);
  });

  it('are closed, the longest unused first, when they take too much memory', async () => {
    const { log, open } = library({ a: 4, b: 4, c: 4 });
    const cache = createSessionCache(open, { bytes: 10, idleMs: 1000 });
    for (const folder of ['a', 'b', 'a', 'c']) await cache.with(folder, touch);
    expect(log).toEqual(['open a', 'open b', 'open c', 'close b']);
    expect(cache.folders).toEqual(['a', 'c']);
  });

  it('stay while they are in use, whatever memory they take', async () => {
    const { log, open } = library({ a: 8, b: 8 });
    const cache = createSessionCache(open, { bytes: 10, idleMs: 1000 });
    await cache.with('a', async () => {
      await cache.with('b', touch);
      expect(log).toEqual(['open a', 'open b']);
    });
    await cache.with('b', touch);
    expect(log).toEqual(['open a', 'open b', 'close a']);
  });

  it('are closed after a while without use, and not before', async () => {
    const { log, open } = library({ a: 1 });
    const cache = createSessionCache(open, { bytes: 10, idleMs: 1000 });
    await cache.with('a', touch);
    await jest.advanceTimersByTimeAsync(900);
    await cache.with('a', touch);
    await jest.advanceTimersByTimeAsync(900);
    expect(log).toEqual(['open a']);
    await jest.advanceTimersByTimeAsync(100);
    expect(log).toEqual(['open a', 'close a']);
    await cache.with('a', touch);
    expect(log.at(-1)).toBe('open a');
  });

  it('that cannot be opened are tried again, and leave the others alone', async () => {
    const sizes: Record<string, number> = { a: 1 };
    const { log, open } = library(sizes);
    const cache = createSessionCache(open, { bytes: 10, idleMs: 1000 });
    await cache.with('a', touch);
    await expect(cache.with('b', touch)).rejects.toThrow('no b');
    sizes.b = 1;
    expect(await cache.with('b', touch)).toBe('b');
    expect(log).toEqual(['open a', 'open b', 'open b']);
  });

  it('are still open after a use that fails', async () => {
    const { log, open } = library({ a: 1 });
    const cache = createSessionCache(open, { bytes: 10, idleMs: 1000 });
    const fail = () => Promise.reject(new Error('bad row'));
    await expect(cache.with('a', fail)).rejects.toThrow('bad row');
    await cache.with('a', touch);
    expect(log).toEqual(['open a']);
  });

  it('are all closed at the end', async () => {
    const { log, open } = library({ a: 1, b: 1 });
    const cache = createSessionCache(open, { bytes: 10, idleMs: 1000 });
    await cache.with('a', touch);
    await cache.with('b', touch);
    await cache.close();
    expect(log.slice(2).sort()).toEqual(['close a', 'close b']);
    expect(jest.getTimerCount()).toBe(0);
  });
});
