import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(bytes: number, records: number): void;
  stop(): void;
}

/** A bar on a terminal, a line every tenth of the file elsewhere. Bytes are those on the disk. */
export function createProgress(
  total: number,
  out: NodeJS.WriteStream | { isTTY?: boolean; write(text: string): unknown },
): Progress {
  return out.isTTY ? bar(total, out as NodeJS.WriteStream) : lines(total, out);
}

function bar(total: number, stream: NodeJS.WriteStream): Progress {
  const format = 'import {bar} {percentage}% | {records} records | {eta_formatted} left';
  const single = new SingleBar({ format, stream, hideCursor: true }, Presets.shades_classic);
  single.start(total, 0, { records: 0 });
  return {
    update: (bytes, records) => single.update(bytes, { records }),
    stop: () => single.stop(),
  };
}

function lines(total: number, out: { write(text: string): unknown }): Progress {
  let shown = 0;
  return {
    update: (bytes, records) => {
      const tenth = total === 0 ? 10 : Math.floor((bytes / total) * 10);
      if (tenth <= shown) return;
      shown = tenth;
      out.write(`import ${tenth * 10}% | ${records} records\n`);
    },
    stop: () => {},
  };
}
