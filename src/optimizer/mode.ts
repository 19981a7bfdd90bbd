/**
 * Mode: how much is spent on an answer.
 *
 * `instant` encodes once, at the quality of the prior curve. `online` grants a
 * search three trials, and as many more where the best lies far off its target.
 * `background` also uses slow settings and tries those beside the result.
 */
export type Mode = 'instant' | 'online' | 'background';
