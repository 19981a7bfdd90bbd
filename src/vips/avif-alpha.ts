/**
 * Alpha of an AVIF, coded apart from its colors.
 *
 * sharp codes alpha with the quality of the colors. A logo is one color, so a search for
 * a perceptual target ends at a quality where its alpha, which is all of it, is a haze.
 * So the colors are encoded without alpha, the alpha is encoded by itself to a bound
 * on its own error, and both go into one file (../containers/avif.ts).
 *
 * Invariant: what was wholly clear and what was wholly solid stays so, each within `EDGE`
 * levels of 255 for all but five pixels in a thousand, and no alpha is off by more than
 * `MOST` levels.
 */
import sharp from 'sharp';
import { type AvifItem, avifItems, joinAvif } from '../containers/avif.ts';
import { plain } from '../containers/bytes.ts';
import type { Raster } from '../image/raster.ts';
import { still } from '../raster/pixels.ts';
import { pipeline } from './pipeline.ts';

/** Qualities tried for alpha before it is coded without loss; a quarter smaller than that where it passes. */
const QUALITIES = { patient: [90, 95], quick: [95] } as const;

/** Levels by which a clear or a solid pixel may be off. */
const EDGE = 2;

/** Share of the clear, and of the solid pixels, that may be off by more. */
const EDGE_MISSED = 0.005;

/** Levels by which any alpha may be off. */
const MOST = 16;

/** Alpha is the same in every trial of a search, so it is encoded once for a raster. */
const known = new WeakMap<Uint8Array, Map<string, Promise<AvifItem>>>();

/**
 * The file of `colors`, an AVIF without alpha, with the alpha of `raster` in it.
 *
 * @param depth bits per channel of `colors`; both images of a file have to agree
 * @param patient with time for more than one attempt at alpha
 */
export async function withAlphaOf(
  raster: Raster,
  colors: Uint8Array,
  depth: 8 | 10,
  patient: boolean,
): Promise<Uint8Array> {
  const color = avifItems(colors)?.color;
  if (color === undefined) throw new Error('Expected an AVIF with one image from the encoder.');
  return joinAvif(color, await alphaOf(raster, depth, patient));
}

function alphaOf(raster: Raster, depth: 8 | 10, patient: boolean): Promise<AvifItem> {
  const all = known.get(raster.data) ?? new Map<string, Promise<AvifItem>>();
  known.set(raster.data, all);
  const name = `${depth} ${patient}`;
  const before = all.get(name);
  if (before !== undefined) return before;
  const made = encodeAlpha(raster, depth, patient);
  all.set(name, made);
  return made;
}

async function encodeAlpha(raster: Raster, depth: 8 | 10, patient: boolean): Promise<AvifItem> {
  const carrier = overGrey(raster);
  const options = { bitdepth: depth, effort: 1 } as const;
  for (const quality of patient ? QUALITIES.patient : QUALITIES.quick) {
    const file = await pipeline(carrier)
      .avif({ ...options, quality, chromaSubsampling: '4:2:0' })
      .toBuffer();
    if (await isNear(carrier, file)) return alphaItem(plain(file));
  }
  return alphaItem(
    plain(
      await pipeline(carrier)
        .avif({ ...options, lossless: true })
        .toBuffer(),
    ),
  );
}

/** The alpha of a raster on one grey: its colors cost nothing. */
function overGrey({ width, height, data }: Raster): Raster {
  const out = new Uint8Array(data.length).fill(128);
  for (let i = 3; i < out.length; i += 4) out[i] = data[i]!;
  return still(width, height, 4, out);
}

function alphaItem(file: Uint8Array): AvifItem {
  const alpha = avifItems(file)?.alpha;
  if (alpha === undefined) throw new Error('Expected an AVIF with alpha from the encoder.');
  return alpha;
}

async function isNear({ data }: Raster, file: Uint8Array): Promise<boolean> {
  const shown = await sharpAlpha(file);
  const count = { 0: 0, 255: 0 };
  const missed = { 0: 0, 255: 0 };
  for (let i = 3, p = 0; i < data.length; i += 4, p++) {
    const alpha = data[i]!;
    const off = Math.abs(alpha - shown[p]!);
    if (off > MOST) return false;
    if (alpha !== 0 && alpha !== 255) continue;
    count[alpha]++;
    if (off > EDGE) missed[alpha]++;
  }
  const kept = (alpha: 0 | 255) => missed[alpha] <= count[alpha] * EDGE_MISSED;
  return kept(0) && kept(255);
}

async function sharpAlpha(file: Uint8Array): Promise<Uint8Array> {
  const { data } = await sharp(file).extractChannel(3).raw().toBuffer({ resolveWithObject: true });
  return plain(data);
}
