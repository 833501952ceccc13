import { type Clock, SECOND } from '../model/time.ts';

const QUIET_MS = 300;
const LONGEST_WAIT_MS = 3 * SECOND;

/** Waits until nothing has stirred for a while, but not for ever, and then acts. */
export function restingPoint(clock: Clock, act: (certain: boolean) => Promise<void>) {
  let callOff: (() => void) | undefined;
  let begun = 0;
  let anyCertain = false;
  const fire = (): void => {
    const certain = anyCertain;
    callOff = undefined;
    anyCertain = false;
    act(certain).catch(() => undefined);
  };
  return {
    stir(certain: boolean): void {
      if (callOff === undefined) begun = clock.monotonic();
      callOff?.();
      anyCertain ||= certain;
      const waited = clock.monotonic() - begun;
      callOff = clock.after(Math.max(0, Math.min(QUIET_MS, LONGEST_WAIT_MS - waited)), fire);
    },
    close(): void {
      callOff?.();
    },
  };
}
