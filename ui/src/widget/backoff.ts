/** How long to wait before trying again. */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;

/** Return milliseconds: doubling with each failure, capped, and spread by half so that a restarted desk is not stormed. */
export function backoff(failures: number, random: () => number): number {
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.max(0, failures - 1));
  return longest * (0.5 + random() / 2);
}
