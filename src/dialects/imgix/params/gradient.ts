/**
 * Params, gradient: the ground of fill=gradient (docs/spec/imgix.md 5.4.3).
 */

import { GRADIENT_SPACES } from '../../../plan/composition/gradient.ts';
import type { Length } from '../../../plan/op.ts';
import { choice, decimal, type ParamTable, param } from '../../params.ts';
import { colorPair, LONGEST_SIDE, type Row, words } from './readers.ts';

const LENGTH = `pixels up to ${LONGEST_SIDE}, or a share from 0 to 1`;

/** A whole number from 2 is pixels, from 0 to 1 a share. */
function lengthOf(text: string): Length | undefined {
  const value = decimal(text);
  if (value === undefined || value < 0) return undefined;
  return value <= 1 ? { share: value } : { px: Math.min(LONGEST_SIDE, Math.round(value)) };
}

function length(row: Row) {
  return param<Length>({
    values: LENGTH,
    fallback: '0.5',
    ...row,
    read: (text) => {
      const value = lengthOf(text);
      return value === undefined ? { expected: LENGTH } : { value };
    },
  });
}

export const GRADIENT_PARAMS = {
  'fill-gradient-type': choice(['linear', 'radial'], {
    doc: 'Whether the gradient runs across the canvas or out from a point.',
    fallback: 'linear',
  }),
  'fill-gradient-cs': choice(GRADIENT_SPACES, {
    doc: 'The color space in which the gradient runs.',
    fallback: 'srgb',
  }),
  'fill-gradient-linear': colorPair({
    doc: 'The two colors of a linear gradient.',
    fallback: 'the vibrant dark and the vibrant light color of the picture',
  }),
  'fill-gradient-linear-direction': words(['top', 'bottom', 'left', 'right'], {
    doc: 'Where a linear gradient runs to: a side, a corner by two, or from one side to the opposite one.',
    fallback: 'top,bottom',
  }),
  'fill-gradient-radial': colorPair({
    doc: 'The colors inside and outside of a radial gradient.',
    fallback: 'the vibrant dark and the vibrant light color of the picture',
  }),
  'fill-gradient-radial-radius': param<readonly [Length, Length]>({
    doc: 'The radii at which a radial gradient begins and ends; shares are of the shorter side.',
    values: `two lengths, each ${LENGTH}`,
    fallback: '0.25,0.5',
    read: (text) => {
      const [first, second, ...rest] = text.split(',').map(lengthOf);
      return first && second && rest.length === 0
        ? { value: [first, second] }
        : { expected: `two lengths, each ${LENGTH}` };
    },
  }),
  'fill-gradient-radial-x': length({ doc: 'Middle of a radial gradient, from the left.' }),
  'fill-gradient-radial-y': length({ doc: 'Middle of a radial gradient, from the top.' }),
} satisfies ParamTable;
