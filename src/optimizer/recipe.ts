/**
 * Recipe: the optimizer's own version.
 *
 * It is part of every rendition's key beside the versions of the encoders, so
 * that a change of settings or rules makes new renditions instead of serving
 * old ones under a new meaning. Raise it with every change of what is encoded.
 */
export const RECIPE = 'optimizer 4';
