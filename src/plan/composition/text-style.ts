/**
 * TextStyle: a text and how it is set; lengths in device pixels (docs/spec/composition.md 3).
 *
 * Plain data.
 */
import type { Color } from '../../base/color.ts';

export type FontFamily = 'sans' | 'serif' | 'mono';

export interface TextStyle {
  readonly text: string;
  readonly family: FontFamily;
  readonly bold?: true;
  readonly italic?: true;
  /** Of the em square. */
  readonly size: number;
  readonly color: Color;
  /** Drawn under the letters, so far beyond their edge. */
  readonly outline?: { readonly width: number; readonly color: Color };
  /** How far the shadow falls and how soft it is; absent: none. */
  readonly shadow?: number;
  /** Added between letters. */
  readonly tracking?: number;
  /** Added between lines. */
  readonly leading?: number;
  /** Absent: those that letters usually join in. */
  readonly ligatures?: 'none' | 'all';
}

/** Where a line that is too long loses letters, and whether dots stand for them. */
export interface TextClip {
  readonly at: 'start' | 'middle' | 'end';
  readonly ellipsis: boolean;
}
