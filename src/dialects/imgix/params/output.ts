/**
 * Params, output: formats, quality, delivery
 * (docs/spec/imgix.md 2.3, 4.1 to 4.5, 5.9 to 5.11).
 */
import { choice, type ParamTable, param } from '../../params.ts';
import { flag, integer, text, words } from './readers.ts';

export const AUTO_WORDS = ['format', 'compress', 'enhance', 'redeye', 'true'] as const;

export const FM_WORDS = [
  'auto',
  'avif',
  'webp',
  'jpg',
  'pjpg',
  'png',
  'png8',
  'png32',
  'gif',
  'json',
  'blurhash',
  'pdf',
  'mp4',
  'webm',
  'jxl',
  'jxr',
  'jp2',
] as const;

export type FmWord = (typeof FM_WORDS)[number];

export const HINT_WORDS = ['width', 'dpr', 'save-data'] as const;

export const OUTPUT_PARAMS = {
  auto: words(AUTO_WORDS, {
    doc:
      'Best format for the client (format), stronger compression (compress), tones and colors of ' +
      'a photograph that lacks range (enhance), red out of the pupils of faces (redeye); true is ' +
      'enhance, and redeye where crop has faces. May be repeated.',
  }),
  fm: choice(FM_WORDS, {
    doc: 'Output format; with auto=format the one to fall back on.',
    fallback: 'the format of the source',
    support: 'partial',
    note:
      'auto, which some clients send, is auto=format. jxl is negotiated like it where the npm package wasm-vips is not installed; jp2 and jxr ' +
      'are dropped; mp4 and webm make a video of an animation where ffmpeg or node-av is installed, and are dropped for stills; pdf delivers the document as it is. An SVG is drawn where fm names a format of pixels.',
  }),
  q: integer(0, 100, {
    doc: 'Quality on the JPEG scale; other encoders use the quality that looks the same.',
    fallback: '75; with auto=compress and Save-Data what looks like 45',
  }),
  lossless: flag({ doc: 'Keeps every pixel where the output is WebP; q is then ignored.' }),
  cs: choice(['origin', 'srgb', 'adobergb1998', 'tinysrgb', 'strip'], {
    doc: 'Color space of the output.',
    fallback: 'origin; with auto=compress sRGB without a profile',
  }),
  chromasub: param<'4:2:0' | '4:4:4'>({
    doc: 'Chroma subsampling of JPEG.',
    values: '444, 422, 420',
    fallback: '420',
    support: 'partial',
    note: '422 is written as 444.',
    read: (value) => {
      if (value === '420') return { value: '4:2:0' };
      if (value === '444') return { value: '4:4:4' };
      return value === '422'
        ? { value: '4:4:4', notBuilt: '422 is written as 444' }
        : { expected: '444, 422 or 420' };
    },
  }),
  'jpg-progressive': flag({
    doc: 'Whether a JPEG is progressive or baseline.',
    aliases: ['jpeg-progressive'],
    fallback: 'true',
  }),
  colorquant: integer(2, 256, { doc: 'Most colors of png8 and GIF outputs.', fallback: '256' }),
  dpi: integer(0, 65_535, { doc: 'Resolution tag of JPEG and PNG; no pixel changes.' }),
  iptc: choice(['allow', 'block'], { doc: 'Passes IPTC fields on in JPEG.', fallback: 'block' }),
  faces: flag({ doc: 'Lists the faces of the source in fm=json.' }),
  palette: choice(['css', 'json'], { doc: 'Answers with the colors of the picture.' }),
  colors: integer(0, 16, { doc: 'How many colors palette lists.', fallback: '6' }),
  prefix: param<string>({
    doc: 'How the class names of palette=css begin.',
    values: 'a CSS identifier of at most 64 characters',
    fallback: 'image',
    read: (value) =>
      /^[a-z_][\w-]{0,63}$/i.test(value)
        ? { value }
        : { expected: 'a CSS identifier of at most 64 characters' },
  }),
  ch: words(HINT_WORDS, {
    doc: 'Client hints that take the place of w, dpr and q.',
    anyCase: true,
  }),
  dl: text({
    doc: 'Sends the picture as a download with this name, which stays as given where it has the extension of a picture.',
  }),
  expires: param<number>({
    doc: 'Unix time in seconds after which the URL answers 404.',
    values: 'whole seconds since 1970',
    read: (value) =>
      /^\d{1,12}$/.test(value)
        ? { value: Number(value) }
        : { expected: 'whole seconds since 1970' },
  }),
  'rasterize-bypass': flag({
    doc: 'Delivers SVG, EPS, PDF and AI sources as they are and ignores every other parameter.',
  }),
  'svg-sanitize': flag({
    doc:
      'Takes active content out of SVG that is delivered as it is. false counts only where every URL ' +
      'is signed: elsewhere anyone could write it, and a warning says that it was not done.',
    fallback: 'true',
  }),
  s: text({
    doc: 'Signature: MD5 of token, path and the rest of the query, in hexadecimal.',
    silent: true,
  }),
  ixlib: text({
    doc: 'Name and version of the client library; no effect.',
    support: 'ignored',
    silent: true,
  }),
  ixid: text({ doc: 'Marks the caller; no effect.', support: 'ignored', silent: true }),
} satisfies ParamTable;
