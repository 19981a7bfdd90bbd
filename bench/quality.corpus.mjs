/**
 * Pictures of the quality bench: the corpus beside the project where there is
 * one, subsets of it that never change, and pictures made here.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { flatten } from '../dist/raster/compositing.js';
import { isOpaque } from '../dist/raster/pixels.js';

const CORPUS = fileURLToPath(new URL('../../shared/corpus/', import.meta.url));
const READABLE = /\.(png|jpe?g|webp|svg|avif)$/i;
const WHITE = { red: 255, green: 255, blue: 255, alpha: 1 };

/**
 * The pictures to measure: those of the folders and files named, else photographs
 * and graphics of the corpus; undefined where that is absent.
 */
export function picturesOf(named) {
  if (named.length > 0) return named.flatMap((path) => within(path, 'photo'));
  if (!existsSync(CORPUS)) return undefined;
  return [
    ...within(join(CORPUS, 'photos'), 'photo'),
    ...within(join(CORPUS, 'graphics'), 'graphic'),
  ];
}

function within(path, kind) {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .map((name) => join(path, name))
    : [path];
  return files
    .filter((file) => READABLE.test(file))
    .map((file) => ({ file, name: basename(file), kind }));
}

/** About `count` pictures spread evenly over the list, three photographs to one graphic. */
export function subset(pictures, count) {
  const photos = pictures.filter(({ kind }) => kind === 'photo');
  const graphics = pictures.filter(({ kind }) => kind === 'graphic');
  const few = Math.min(graphics.length, Math.round(count / 4));
  return [...spread(photos, count - few), ...spread(graphics, few)];
}

function spread(list, count) {
  if (list.length <= count) return list;
  return Array.from(
    { length: count },
    (_, i) => list[Math.floor(((i + 0.5) * list.length) / count)],
  );
}

let latest = { key: '', raster: undefined };

/** A picture scaled to a width, never enlarged, three channels where all is opaque. */
export async function rasterOf(picture, width) {
  const key = `${picture.file} ${width}`;
  if (latest.key !== key) latest = { key, raster: await scaled(picture, width) };
  return latest.raster;
}

async function scaled({ file }, width) {
  const { data, info } = await sharp(file, { density: 72 })
    .rotate()
    .resize({ width, height: width * 2, fit: 'inside', withoutEnlargement: true })
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raster = still(
    info.width,
    info.height,
    info.channels < 3 ? await spreadGrey(data, info) : data,
  );
  return raster.channels === 4 && isOpaque(raster) ? flatten(raster, WHITE) : raster;
}

/** Grey, or grey with alpha, as three or four channels. */
function spreadGrey(data, { channels, width, height }) {
  const out = new Uint8Array(width * height * (channels + 2));
  for (let i = 0, o = 0; i < data.length; i += channels, o += channels + 2) {
    out.fill(data[i], o, o + 3);
    if (channels === 2) out[o + 3] = data[i + 1];
  }
  return out;
}

function still(width, height, data) {
  const channels = data.length / (width * height);
  return { width, height, channels, data: new Uint8Array(data), pages: 1, delays: [], loop: 0 };
}

/** The raster as a client can be shown it: JPEG has no alpha. */
export function shownTo(client, raster) {
  return client === 'jpeg' && raster.channels === 4 ? flatten(raster, WHITE) : raster;
}

/** Small text in saturated colors on white; undefined where this machine has no font. */
export async function coloredText() {
  const colors = ['#d00000', '#0000d0', '#008000', '#c000c0', '#e06000', '#0080a0'];
  const lines = Array.from({ length: 26 }, (_, i) => {
    const fill = colors[i % colors.length];
    return `<text x="12" y="${22 + i * 18}" fill="${fill}">The quick brown fox jumps over the lazy dog, ${1000 + 37 * i} times in color no. ${i}.</text>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="500" font-family="sans-serif" font-size="14"><rect width="640" height="500" fill="#fff"/>${lines.join('')}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background: '#fff' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const inked = data.reduce((sum, value) => sum + (value < 128 ? 1 : 0), 0);
  return inked < 5000 ? undefined : still(info.width, info.height, data);
}
