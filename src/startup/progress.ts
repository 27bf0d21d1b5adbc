import { Presets, SingleBar } from 'cli-progress';

/** Where progress is shown: a terminal, or anything that takes text. */
export type Out = NodeJS.WriteStream | { isTTY?: boolean; write(text: string): unknown };

export interface Progress {
  /** `note` stands beside the bar: "8,242 records". */
  update(done: number, note: string): void;
  stop(): void;
}

/** A bar on a terminal, a line every tenth of the way elsewhere. */
export function createProgress(what: string, total: number, out: Out): Progress {
  return out.isTTY ? bar(what, total, out as NodeJS.WriteStream) : lines(what, total, out);
}

function bar(what: string, total: number, stream: NodeJS.WriteStream): Progress {
  const format = `${what} {bar} {percentage}% | {note} | {eta_formatted} left`;
  const single = new SingleBar({ format, stream, hideCursor: true }, Presets.shades_classic);
  single.start(total, 0, { note: '' });
  return {
    update: (done, note) => single.update(done, { note }),
    stop: () => single.stop(),
  };
}

function lines(what: string, total: number, out: { write(text: string): unknown }): Progress {
  let shown = 0;
  return {
    update: (done, note) => {
      const tenth = total === 0 ? 10 : Math.floor((done / total) * 10);
      if (tenth <= shown) return;
      shown = tenth;
      out.write(`${what} ${tenth * 10}% | ${note}\n`);
    },
    stop: () => {},
  };
}
