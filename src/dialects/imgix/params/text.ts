/**
 * Params, text: what is written over the picture, and on canvases of text
 * (docs/spec/imgix.md 6.3).
 */
import type { FontFamily } from '../../../plan/composition/text-style.ts';
import { choice, type ParamTable, param } from '../../params.ts';
import { color, integer, LONGEST_SIDE, LONGEST_TEXT, real, text, words } from './readers.ts';

/** Largest size of letters, in CSS pixels. */
const LARGEST = 1000;

/** A font, as far as one here stands for it. */
export interface FontChoice {
  readonly family: FontFamily;
  readonly bold: boolean;
  readonly italic: boolean;
}

const FONTS =
  'sans-serif, serif, monospace, Noto Sans, Noto Serif or Noto Sans Mono, with bold and italic';

/** Names that are those of the fonts here. */
const EXACT = /^(sans-serif|serif|monospace|noto sans|noto serif|noto sans mono)$/;
const MONO = /mono|courier|menlo|consol|typewriter|andale|code/;
const SERIF =
  /serif|times|georgia|garamond|palatino|baskerville|didot|bodoni|hoefler|cochin|caslon|roman|charter|minion|slab|rockwell|superclarendon|iowan|athelas|marion|bookman|century|cambria/;

export const TEXT_PARAMS = {
  txt: text({
    doc: 'Text over the picture, on one line; what /~text sets, on many.',
    aliases: ['t'],
  }),
  'txt-align': words(['top', 'middle', 'bottom', 'left', 'center', 'right'], {
    doc: 'Where the text stands; an axis that is not named keeps its place.',
    aliases: ['txtalign', 'ta'],
    fallback: 'bottom,right; of /~text top,left',
  }),
  'txt-clip': words(['start', 'middle', 'end', 'ellipsis'], {
    doc: 'Where a line that is too long loses letters, and whether dots stand for them.',
    aliases: ['txtclip', 'tcl'],
    fallback: 'end',
  }),
  'txt-color': color({
    doc: 'Color of the text.',
    aliases: ['txtcolor', 'txt-clr', 'txtclr', 'tc'],
    fallback: '000',
  }),
  'txt-fit': choice(['max'], {
    doc: 'Makes a line that is too long smaller.',
    aliases: ['txtfit'],
  }),
  'txt-font': param<FontChoice>({
    doc: 'Font of the text; one that is not here is stood for by the nearest of those that are.',
    aliases: ['tf', 'txtfont'],
    values: FONTS,
    fallback: 'sans-serif',
    read: readFont,
  }),
  'txt-lead': integer(0, LARGEST, {
    doc: 'Space between lines of /~text beyond the usual, in CSS pixels.',
    aliases: ['txtlead'],
    fallback: '0',
  }),
  'txt-lig': choice(['0', '1', '2'], {
    doc: 'Ligatures: none, the usual, all.',
    fallback: '1',
  }),
  'txt-line': integer(0, 100, {
    doc: 'Width of an outline around the letters, in CSS pixels.',
    aliases: ['txtline', 'tl'],
    fallback: '0',
  }),
  'txt-line-color': color({
    doc: 'Color of that outline.',
    aliases: ['txtlinecolor', 'txt-line-clr', 'txtlineclr'],
    fallback: 'fff',
  }),
  'txt-pad': integer(0, LONGEST_SIDE, {
    doc: 'Distance of the text from the edges, in CSS pixels.',
    aliases: ['txtpad', 'tp'],
    fallback: '10',
  }),
  'txt-shad': real(0, 10, {
    doc: 'How far a shadow falls and how soft it is.',
    aliases: ['txtshad', 'tsh'],
    fallback: '0',
  }),
  'txt-size': integer(0, LARGEST, {
    doc: 'Size of the letters, in CSS pixels.',
    aliases: ['tsz', 'txtsize'],
    fallback: '12',
  }),
  'txt-track': integer(-4, LARGEST, {
    doc: 'Space between letters beyond the usual, in CSS pixels.',
    aliases: ['txttrack', 'tt'],
    fallback: '0',
  }),
  'txt-width': integer(0, LONGEST_SIDE, {
    doc: 'Widest line, in CSS pixels.',
    aliases: ['txtwidth'],
    fallback: 'the width of the picture without txt-pad',
  }),
  'txt-x': integer(-LONGEST_SIDE, LONGEST_SIDE, {
    doc: 'Left edge of the text, in CSS pixels, in place of its alignment.',
    aliases: ['txtx'],
  }),
  'txt-y': integer(-LONGEST_SIDE, LONGEST_SIDE, {
    doc: 'Top edge of the text, in CSS pixels, in place of its alignment.',
    aliases: ['txty'],
  }),
} satisfies ParamTable;

function familyOf(name: string): FontFamily {
  if (MONO.test(name)) return 'mono';
  return SERIF.test(name) && !/sans/.test(name) ? 'serif' : 'sans';
}

/** A family and words of style, with commas or within the name: `Avenir Next Demi,Bold`. */
function readFont(given: string): { value?: FontChoice; expected?: string } {
  if (given.length > LONGEST_TEXT || given.trim() === '') return { expected: FONTS };
  const [name = '', ...style] = given
    .toLowerCase()
    .split(',')
    .map((part) => part.trim());
  const all = `${name} ${style.join(' ')}`;
  const value = {
    family: familyOf(name),
    bold: /bold|heavy|black|demi/.test(all),
    italic: /italic|oblique/.test(all),
  };
  const plain = name.replace(/[ -]?(semi|extra|demi|bold|italic|oblique|regular)\b/g, '').trim();
  return EXACT.test(plain) ? { value } : { value, expected: FONTS };
}
