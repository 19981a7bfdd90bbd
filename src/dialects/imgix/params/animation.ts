/**
 * Params, animation: which frames are played, how fast and how often (docs/spec/imgix.md 6.4).
 */
import { type ParamTable, param } from '../../params.ts';
import { flag, integer } from './readers.ts';

/** Frames counted from 1; without an end: to the last. */
export interface FrameRange {
  readonly from: number;
  readonly to?: number;
}

/** More than any animation that is read has. */
const MOST_FRAMES = 100_000;

/** What a GIF can say. */
const MOST_LOOPS = 65_535;

export const ANIMATION_PARAMS = {
  frame: param<number | FrameRange>({
    doc: 'One frame of an animation, counted from 1, or the frames from one to another.',
    values: 'a whole number from 1, or two with a hyphen',
    read: (text) => {
      const expected = 'a whole number of at least 1, or two with a hyphen between them';
      const [first = '', last, ...rest] = text.split('-');
      if (rest.length > 0 || !/^[1-9]\d{0,5}$/.test(first)) return { expected };
      const from = Number(first);
      if (last === undefined) return { value: from };
      if (last === '') return { value: { from } };
      if (!/^[1-9]\d{0,5}$/.test(last)) return { expected };
      const to = Number(last);
      return { value: { from: Math.min(from, to), to: Math.max(from, to) } };
    },
  }),
  fps: integer(1, 60, { doc: 'Frames in a second.', fallback: 'as the source has them' }),
  interval: integer(1, MOST_FRAMES, { doc: 'Keeps the first of every so many frames.' }),
  skip: integer(1, MOST_FRAMES, { doc: 'Drops the last of every so many frames, from 2.' }),
  loop: integer(0, MOST_LOOPS, {
    doc: 'Times an animation plays; 0 is for ever.',
    fallback: 'as the source has it',
  }),
  reverse: flag({ doc: 'Plays an animation backwards.' }),
} satisfies ParamTable;
