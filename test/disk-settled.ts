import { setImmediate as turn } from 'node:timers/promises';

/** Resolves once nothing that this process asked of its files is under way, however slow the disk is, and what follows from it has had its turns. */
export async function diskSettled(): Promise<void> {
  // What is awaited one after the other is under way in every turn but the one in which an answer is taken.
  for (let quiet = 0; quiet < 3; quiet++) {
    await turn();
    if (process.getActiveResourcesInfo().some((one) => one.startsWith('FSReq'))) quiet = -1;
  }
}
