/** Tells the time. The only source of "now" in Cameo. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that tests set and move by hand. */
export interface FakeClock extends Clock {
  set(instant: Date | string): void;
  /** Moves on by a number of milliseconds. */
  advance(milliseconds: number): void;
}

/** A clock that stands still at `instant` until it is told otherwise. */
export function createFakeClock(instant: Date | string): FakeClock {
  let time = new Date(instant).getTime();
  return {
    now: () => new Date(time),
    set: (next) => {
      time = new Date(next).getTime();
    },
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
}
