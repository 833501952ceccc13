import { createHash } from 'node:crypto';
import { type Clock, MINUTE } from '../model/time.ts';

/** Something to do again and again: a monitor's check from one vantage, an export. */
export interface Task {
  /** Its identity: what keeps its place on the grid over a reload. */
  readonly key: string;
  readonly everyMs: number;
  /** `lateMs`: how long after it was due it begins, the time it waited for its turn included. Never throws. */
  readonly run: (lateMs: number) => Promise<void>;
}

export interface Schedule {
  /** Takes the whole list: new tasks begin, absent ones end, those with the same key and interval keep their grid. */
  set(tasks: readonly Task[]): void;
  /** Runs a task now, outside its grid; shares a run that is already under way. Resolves when it has ended. */
  now(key: string): Promise<void>;
  /** Runs a task once in `ms`, unless it is due before that anyway. */
  again(key: string, ms: number): void;
  /** Begins nothing more and resolves when everything under way has ended. */
  stop(): Promise<void>;
}

interface Slot {
  task: Task;
  /** Monotonic. */
  due: number;
  cancel: () => void;
  cancelAgain: () => void;
  running?: Promise<void>;
}

/** The share of an interval, the same for a name on every start, at which its turn comes: spreads the load evenly. */
function placeOf(key: string): number {
  return createHash('md5').update(key).digest().readUInt32BE() / 2 ** 32;
}

/**
 * When each task is due: on a fixed grid of the monotonic clock, so that nothing drifts and no setting of the wall clock
 * moves it; spread by name over the first `min(every, 60 s)`; never overlapping itself; at most `atOnce` at a time.
 */
export function createSchedule(clock: Clock, atOnce: number): Schedule {
  const slots = new Map<string, Slot>();
  const waiting: (() => void)[] = [];
  let active = 0;
  let stopped = false;

  function begin(task: Task): Slot {
    const due = clock.monotonic() + placeOf(task.key) * Math.min(task.everyMs, MINUTE);
    const slot: Slot = { task, due, cancel: () => {}, cancelAgain: () => {} };
    wait(slot);
    return slot;
  }

  function wait(slot: Slot): void {
    slot.cancel = clock.after(slot.due - clock.monotonic(), () => {
      const due = slot.due;
      const { everyMs } = slot.task;
      slot.due += everyMs * Math.max(1, Math.ceil((clock.monotonic() - slot.due) / everyMs));
      wait(slot);
      if (slot.running === undefined) void start(slot, due);
    });
  }

  function start(slot: Slot, due: number, urgent = false): Promise<void> {
    slot.cancelAgain();
    slot.running ??= turn(slot, due, urgent).finally(() => {
      delete slot.running;
    });
    return slot.running;
  }

  async function turn(slot: Slot, due: number, urgent: boolean): Promise<void> {
    if (active < atOnce) active++;
    else await new Promise<void>((resolve) => (urgent ? waiting.unshift(resolve) : waiting.push(resolve)));
    try {
      if (!stopped) await slot.task.run(Math.max(0, clock.monotonic() - due));
    } finally {
      const next = waiting.shift();
      if (next) next();
      else active--;
    }
  }

  function end(slot: Slot): void {
    slot.cancel();
    slot.cancelAgain();
  }

  return {
    set(tasks) {
      const wanted = new Map(tasks.map((task) => [task.key, task]));
      for (const [key, slot] of slots) {
        const task = wanted.get(key);
        if (task?.everyMs === slot.task.everyMs) slot.task = task;
        else {
          end(slot);
          slots.delete(key);
        }
      }
      for (const task of tasks) if (!slots.has(task.key)) slots.set(task.key, begin(task));
    },
    async now(key) {
      const slot = slots.get(key);
      if (slot && !stopped) await start(slot, clock.monotonic(), true);
    },
    again(key, ms) {
      const slot = slots.get(key);
      if (!slot || stopped || slot.due - clock.monotonic() <= ms) return;
      slot.cancelAgain();
      const due = clock.monotonic() + ms;
      slot.cancelAgain = clock.after(ms, () => void start(slot, due));
    },
    async stop() {
      stopped = true;
      for (const slot of slots.values()) end(slot);
      for (const next of waiting.splice(0)) next();
      await Promise.all([...slots.values()].map((slot) => slot.running));
      slots.clear();
    },
  };
}
