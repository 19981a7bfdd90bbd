/** Guides of the remarks that need a picture: what its source, its colors, or an encoder make of it. */
import type { RemarkGuide } from './remark-guide.ts';

export const PICTURE_REMARKS = {
  'source-hdr': {
    of: 'pictures',
    says: 'The source is HDR (…); it is tone-mapped to sRGB.',
    means: 'A source with PQ or HLG has brighter whites than an answer can hold.',
    helps: '[Color](../color.md) says by which curve. An unchanged source keeps them.',
  },
  'source-colors-unknown': {
    of: 'pictures',
    says: 'Expected colors that are known here, got …; it has no effect.',
    means: 'A source names colors by numbers that no profile stands for; it is read as sRGB.',
    helps: 'Give the source an ICC profile.',
  },
  'source-gain-map': {
    of: 'pictures',
    says: 'The gain map of the source is left out; the picture is its base rendition.',
    means: 'A source has a second picture for bright screens, as telephones write it.',
    helps: 'Nothing is missing on an ordinary screen.',
  },
  'animation-first-frame': {
    of: 'pictures',
    says: 'Of an animated … only the first frame is shown once it is worked on.',
    means: 'An animated source of this format can be handed on, and not be made smaller as one.',
    helps: 'Give a GIF, WebP or PNG as the source.',
  },
  'format-first-frame': {
    of: 'pictures',
    says: 'Only the first frame of the animation is shown in this format.',
    means: 'An animated source becomes a format that holds one picture.',
    helps: 'Name WebP, GIF or a video where it is to move.',
  },
  'frame-time-cut': {
    of: 'pictures',
    says: 'No frame of a … is shown for longer than … s; longer ones are cut to that.',
    means: 'A frame of the animation stands still for longer than the format can say.',
    helps: 'Ask for WebP, which has room for 4.6 hours, or show the frame several times.',
  },
  'video-of-still': {
    of: 'pictures',
    says: 'Only an animation becomes …; this picture is delivered as ….',
    means: 'A video is asked for, and the source has one frame.',
    helps: 'Ask for a picture.',
  },
  'video-level': {
    of: 'pictures',
    says: 'Frames of … need level …, not ….',
    means: 'The size of a video is beyond the H.264 level that the URL names.',
    helps: 'Name the higher level, or ask for a smaller video.',
  },
  'video-failed': {
    of: 'pictures',
    says: 'The video could not be made; the animation is delivered as ….',
    means: 'The encoder of videos failed or took too long on an animation.',
    helps: 'The log has the reason; the next request tries again after a minute.',
  },
  'profile-left': {
    of: 'pictures',
    says: 'This … carries no profile; it is in sRGB, not in Adobe RGB.',
    means: 'Adobe RGB is asked for in a format that is written without profiles.',
    helps: 'Name JPEG, PNG or WebP.',
  },
  'format-too-small': {
    of: 'pictures',
    says: 'Expected a picture that fits …, got one of …; it is delivered as ….',
    means: 'A picture is longer than the format that was asked for can be.',
    helps: 'Ask for a smaller one.',
  },
  'palette-too-small': {
    of: 'pictures',
    says: 'Smaller in pixels, it takes more bytes than its source, whose palette is not enough for it.',
    means: 'A PNG with a palette was made smaller, and blends of its colors take room.',
    helps: 'Take another format, or the size of the source.',
  },
  'depth-lost': {
    of: 'pictures',
    says: 'The source has … bits per channel, the result 8: not every level is kept.',
    means: 'A picture without loss is asked for of a source that is finer than an answer.',
    helps: 'Nothing shows on most screens; keep the original where every level counts.',
  },
  'target-out-of-reach': {
    of: 'pictures',
    says: 'The target is out of reach for this encoder; the best it can do is delivered.',
    means: 'A picture has fine colors or noise that the format cannot hold at any quality.',
    helps: 'Another format may reach it: `auto` finds out.',
  },
  'without-faces': {
    of: 'pictures',
    says: 'Faces could not be looked for; the picture is made as if it showed none.',
    means: 'The detector failed or had no time.',
    helps: 'The answer is kept shortly, and the next one tries again. The log has the reason.',
  },
  'without-faces-in-motion': {
    of: 'pictures',
    says: 'Faces could not be looked for; the animation is made as if it showed none.',
    means: 'The detector failed or had no time.',
    helps: 'The answer is kept shortly, and the next one tries again. The log has the reason.',
  },
  'without-red-eyes': {
    of: 'pictures',
    says: 'Red eyes could not be looked for; the picture is made as if it showed none.',
    means: 'The detector failed or had no time.',
    helps: 'The answer is kept shortly, and the next one tries again. The log has the reason.',
  },
  'without-enhancement': {
    of: 'pictures',
    says: 'The tones of the source could not be measured; the picture is not enhanced.',
    means: 'The whole source could not be looked at.',
    helps: 'The answer is kept shortly, and the next one tries again. The log has the reason.',
  },
  'without-content': {
    of: 'pictures',
    says: 'Content could not be looked for; the window stands in the middle.',
    means: 'A smart crop failed or had no time.',
    helps: 'The answer is kept shortly, and the next one tries again. The log has the reason.',
  },
  'picture-lost': {
    of: 'pictures',
    says: 'The picture of … …; it is left out.',
    means: 'A second picture could not be fetched or read.',
    helps: 'Ask for it by itself: the answer says what is wrong.',
  },
  'text-without-shape': {
    of: 'pictures',
    says: 'Some letters of the text have no shape in the fonts here.',
    means: 'A text has letters of a script that the fonts of the package lack.',
    helps: 'Name a font of `txt-font` that has them, or write it otherwise.',
  },
  'manifest-absent': {
    of: 'pictures',
    says: 'The source has no C2PA manifest; none is written.',
    means: 'A source without content credentials gets none.',
    helps: 'Nothing is missing.',
  },
  'manifest-lost': {
    of: 'pictures',
    says: 'The C2PA manifest of the source is not kept: ….',
    means: 'The manifest of the source cannot be carried on; the remark says why.',
    helps: 'Look at the source with a reader of content credentials.',
  },
  'manifest-unsigned': {
    of: 'pictures',
    says: 'The C2PA manifest could not be signed; the picture is delivered without it.',
    means: 'Signing failed.',
    helps: 'The log has the reason; the certificate may be past its time.',
  },
} as const satisfies Readonly<Record<string, RemarkGuide>>;
