/**
 * Mode: how much is spent on an answer.
 *
 * `instant`: the prior curve's quality, one encode. `online`: at most three
 * evaluations. `background`: the smallest the encoders can do.
 */
export type Mode = 'instant' | 'online' | 'background';
