/**
 * The pictures that rows ask for, made by their names:
 *
 * - `card-WxH.jpg|png|webp|avif|gif|tiff`: red is x, green is y, so pixels say where they came from
 * - `photo-WxH.jpg|png|webp`: shapes, texture and edges from a fixed seed
 * - `alpha-WxH.png|webp`: a card whose right half is clear
 * - `exifN-WxH.jpg`: a card stored as W x H with EXIF orientation N
 * - `frame-WxH-T-RRGGBB.png`: a card in a frame T pixels wide
 * - `solid-WxH-RRGGBB.png`: one color
 * - `anim-WxH-N.gif|webp`: N frames of 100 ms
 * - `lowq-WxH-Q.jpg`: a photo at JPEG quality Q
 * - `truncated-WxH.jpg`: the first half of a photo's bytes
 * - `signed-by-c2pa-rs.jpg`: 320 x 240 with a C2PA manifest
 * - `svg-WxH.svg`, `text.txt`, `empty.jpg`, and `link-out.png`, a link out of the folder
 *
 * Any other name with a folder before it is a picture of the corpus, which need not be there.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';

const KINDS = 'card|photo|alpha|exif|frame|solid|anim|svg|truncated|lowq';
const NAME = new RegExp(
  `^(${KINDS})([1-8])?-(\\d+)x(\\d+)(?:-(\\d+)(?=[-.]))?(?:-([0-9a-f]{6}))?\\.(\\w+)$`,
);

/** What a name asks for, undefined where no picture is made by it. */
export function parseName(name) {
  const found = NAME.exec(basename(name));
  if (found === null) return undefined;
  const [, kind, orientation, width, height, number, color, extension] = found;
  // A color of digits alone reads as a number
  const digits = kind === 'solid' && color === undefined ? number : color;
  return {
    kind,
    width: Number(width),
    height: Number(height),
    number: Number(number ?? 0),
    orientation: Number(orientation ?? 1),
    color: `#${digits ?? 'ffffff'}`,
    extension,
  };
}

/** Whether a name is one of the corpus. */
export function isOfCorpus(name) {
  return name.includes('/') && parseName(name) === undefined;
}

/** Pictures in a folder, made when they are first asked for. `corpus` is a folder or undefined. */
export function createSources(folder, corpus) {
  const making = new Map();

  /** The path of a picture, undefined where there is none of that name. */
  async function path(name) {
    const target = join(folder, name);
    if (existsSync(target)) return target;
    if (!making.has(name)) making.set(name, make(name, target));
    await making.get(name);
    making.delete(name);
    return existsSync(target) ? target : undefined;
  }

  async function make(name, target) {
    const parsed = parseName(name);
    const bytes = parsed === undefined ? PLAIN[name] : await draw(parsed);
    if (bytes !== undefined) {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes);
    } else if (name === 'link-out.png') {
      symlinkSync(join(folder, '..', 'outside-64x48.png'), target);
    } else if (inCorpus(name)) {
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(corpus, name), target);
    }
  }

  const inCorpus = (name) => corpus !== undefined && existsSync(join(corpus, name));

  return {
    folder,
    path,
    /** A picture under another name too. */
    async copy(from, to) {
      mkdirSync(dirname(join(folder, to)), { recursive: true });
      copyFileSync(await path(from), join(folder, to));
    },
    /** The pictures of a row that the corpus should have and has not. */
    missingFor(row) {
      const copied = Object.keys(row.copies ?? {});
      const names = [row.source ?? [], row.sources ?? [], Object.values(row.copies ?? {})].flat();
      return names
        .filter((name) => isOfCorpus(name) && !copied.includes(name))
        .filter((name) => !inCorpus(name));
    },
  };
}

const SIGNED = 'signed-by-c2pa-rs.jpg';

const PLAIN = {
  'text.txt': 'This is not an image.\n',
  'empty.jpg': '',
  [SIGNED]: readFileSync(new URL(`../pictures/${SIGNED}`, import.meta.url)),
};

/** The bytes of a picture that `parseName` described. */
export async function draw(parsed) {
  if (parsed.kind === 'svg') return svg(parsed);
  if (parsed.kind === 'anim') return animation(parsed);
  const bytes = await encode(await PIXELS[parsed.kind](parsed), parsed);
  return parsed.kind === 'truncated' ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes;
}

const PIXELS = {
  card: ({ width, height }) => card(width, height),
  exif: ({ width, height }) => card(width, height),
  alpha: ({ width, height }) => card(width, height, (x) => (x < width / 2 ? 255 : 0)),
  photo: ({ width, height }) => photo(width, height),
  lowq: ({ width, height }) => photo(width, height),
  truncated: ({ width, height }) => photo(width, height),
  solid: ({ width, height, color }) =>
    sharp({ create: { width, height, channels: 3, background: color } }),
  async frame({ width, height, number: thick, color }) {
    const inner = await card(width - 2 * thick, height - 2 * thick)
      .png()
      .toBuffer();
    const sides = { top: thick, bottom: thick, left: thick, right: thick };
    return sharp(inner).extend({ ...sides, background: color });
  },
};

function encode(picture, { kind, number, orientation, extension }) {
  if (extension === 'png') return picture.png().toBuffer();
  if (extension === 'gif') return picture.gif().toBuffer();
  if (extension === 'tiff') return picture.tiff().toBuffer();
  if (extension === 'avif') return picture.avif({ quality: 90, effort: 0 }).toBuffer();
  if (extension === 'webp') {
    return picture.webp({ quality: 95, lossless: kind !== 'photo' }).toBuffer();
  }
  const quality = { lowq: number, photo: 95 }[kind] ?? 98;
  const jpeg = picture.jpeg({ quality, chromaSubsampling: quality < 90 ? '4:2:0' : '4:4:4' });
  return (kind === 'exif' ? jpeg.withMetadata({ orientation }) : jpeg).toBuffer();
}

/** Red runs from 0 to 255 with x, green with y, blue is 128; `alpha` gives that of a column. */
export function card(width, height, alpha) {
  const channels = alpha === undefined ? 3 : 4;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      data[i] = Math.round((255 * x) / Math.max(1, width - 1));
      data[i + 1] = Math.round((255 * y) / Math.max(1, height - 1));
      data[i + 2] = 128;
      if (alpha !== undefined) data[i + 3] = alpha(x);
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

/** Soft and hard discs over a slope, with waves and grain: codecs find it like a photograph. */
function photo(width, height) {
  const random = randomFrom(12345);
  const discs = Array.from({ length: 24 }, () => ({
    x: random() * width,
    y: random() * height,
    radius: (0.05 + 0.25 * random()) * Math.min(width, height),
    color: [random() * 255, random() * 255, random() * 255],
    hard: random() < 0.4,
  }));
  const data = new Uint8ClampedArray(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const pixel = [90 + (80 * y) / height, 120 + (40 * x) / width, 160 - (60 * y) / height];
      for (const disc of discs) blendDisc(pixel, disc, x, y);
      const wave = 10 * Math.sin(x * 0.35 + Math.sin(y * 0.09) * 3) * Math.sin(y * 0.27);
      const grain = (random() - 0.5) * 10;
      for (let channel = 0; channel < 3; channel++) {
        data[i + channel] = pixel[channel] + wave + grain;
      }
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function blendDisc(pixel, { x, y, radius, color, hard }, atX, atY) {
  const distance = Math.hypot(atX - x, atY - y) / radius;
  if (distance > 2) return;
  const inside = distance < 1 ? 0.8 : 0;
  const share = hard ? inside : Math.exp(-distance * distance * 2) * 0.7;
  for (let channel = 0; channel < 3; channel++) {
    pixel[channel] += (color[channel] - pixel[channel]) * share;
  }
}

/** Numbers from 0 to 1, the same every time. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Frames of one color each, from blue to red. */
async function animation({ width, height, number: frames, extension }) {
  const data = new Uint8Array(width * height * frames * 3);
  const size = width * height * 3;
  for (let i = 0; i < data.length; i += 3) {
    const step = (Math.floor(i / size) * 255) / frames;
    data.set([step, 120, 255 - step], i);
  }
  const raw = { width, height: height * frames, channels: 3, pageHeight: height };
  const timing = { loop: 0, delay: Array(frames).fill(100) };
  const strip = sharp(data, { raw });
  return extension === 'webp'
    ? strip.webp({ ...timing, lossless: true }).toBuffer()
    : strip.gif(timing).toBuffer();
}

function svg({ width, height }) {
  const radius = Math.min(width, height) / 4;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      '<rect width="100%" height="100%" fill="#3366cc"/>' +
      `<circle cx="${width / 2}" cy="${height / 2}" r="${radius}" fill="#ffcc00"/></svg>`,
  );
}
