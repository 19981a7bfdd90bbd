/** What bytes are, told by their first ones: independent of the server's own reading. */

/** Media types of the formats that rows name; others are not held against the header. */
const MEDIA_TYPES = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  jxl: 'image/jxl',
  svg: 'image/svg+xml',
  mp4: 'video/mp4',
  webm: 'video/webm',
  json: 'application/json',
};

/** The media type that an answer of a format must have, undefined where that is open. */
export function mediaTypeOf(format) {
  return MEDIA_TYPES[format];
}

const SIGNATURES = [
  ['jpeg', (text) => text.startsWith('\xff\xd8')],
  ['png', (text) => text.startsWith('\x89PNG')],
  ['gif', (text) => text.startsWith('GIF8')],
  ['webp', (text) => text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP'],
  ['avif', (text) => /^.{4}ftyp(?:avi[fs]|mif1.{0,48}avif)/s.test(text)],
  ['heic', (text) => /^.{4}ftyp(?:hei[cx]|mif1)/s.test(text)],
  ['mp4', (text) => text.slice(4, 8) === 'ftyp'],
  ['webm', (text) => text.startsWith('\x1a\x45\xdf\xa3')],
  ['jxl', (text) => text.startsWith('\xff\x0a') || text.slice(4, 8) === 'JXL '],
  ['pdf', (text) => text.startsWith('%PDF')],
  ['svg', (text) => /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<svg/s.test(text)],
  ['json', (text) => /^\s*[[{]/.test(text)],
];

/** The format of bytes; `text` where nothing else fits. */
export function formatOf(bytes) {
  const text = bytes.toString('latin1', 0, 400);
  return SIGNATURES.find(([, fits]) => fits(text))?.[0] ?? 'text';
}
