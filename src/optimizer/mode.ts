/**
 * Mode: how much is spent on an answer.
 *
 * `instant` encodes once, at the quality of the prior curve. `online` grants a
 * search three trials, and as many more where the best lies far off its target.
 * `background` also uses slow settings and tries those beside the result.
 * `offline` is `background` with the slowest settings that save anything: for
 * builds, where nobody waits.
 */
export type Mode = 'instant' | 'online' | 'background' | 'offline';

/** Whether slow settings are used, and others tried beside the result. */
export function isPatient(mode: Mode): boolean {
  return mode === 'background' || mode === 'offline';
}
