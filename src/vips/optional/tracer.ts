/**
 * Tracer: a picture drawn after its pixels, as paths of an SVG (docs/spec/fastly-io.md 7.26).
 *
 * The paths come from a package that may be installed beside the server (docs/decisions/0035-tracing.md). It is
 * loaded by the first picture that needs it. Clear areas are kept by a clip path, traced from the
 * alpha alone, because the package knows no transparency: what is half clear is drawn or left out.
 */
import type { Config } from '@neplex/vectorizer';
import sharp from 'sharp';
import { clamp, type Size } from '../../base/size.ts';
import { MOST_TRACED_PIXELS } from '../../image/picture-limits.ts';
import type { Raster } from '../../image/raster.ts';
import { withSmoothClear } from '../../raster/clear-colors.ts';
import { requirePackage, TRACER_PACKAGE } from './optional-package.ts';

/** How an SVG is drawn. */
export interface TracingSettings {
  /** 1 (few, large patches) to 100 (fine ones): how closely the drawing follows the pixels. */
  readonly detail: number;
  /** The root has no width and height, only a viewBox. */
  readonly viewBoxOnly: boolean;
}

/**
 * Fewest pixels of a side: the package draws none, or a sliver, where it sees only two or three. A smaller picture is
 * traced with its pixels repeated, and drawn at its own size.
 */
const FEWEST_TRACED = 8;

/** Alpha from which a pixel is drawn. */
const DRAWN_FROM = 128;

/** The picture as an SVG document in UTF-8. Of an animation, the first frame. */
export async function traced(raster: Raster, settings: TracingSettings): Promise<Uint8Array> {
  requirePackage(TRACER_PACKAGE, 'svg');
  const { vectorizeRaw } = await import('@neplex/vectorizer');
  const { width, height, data } = await traceable(raster);
  const pathsOf = async (pixels: Uint8Array, config: Config) => {
    const whole = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    return pathsIn(await vectorizeRaw(whole, { width, height }, config));
  };
  const mask = maskOf(data);
  const clip = mask && (await pathsOf(mask, { ...config(100), colorMode: BINARY }));
  const colors = opaque(withSmoothClear(stillOf({ width, height }, data)).data);
  const paths = await pathsOf(colors, config(settings.detail));
  return new TextEncoder().encode(documentOf(raster, { width, height }, paths, clip, settings));
}

/** Values of the package's enumerations, which TypeScript cannot import from a package that may be absent. */
const COLOR = 0;
const BINARY = 1;
const STACKED = 0;
const SPLINE = 2;

/**
 * Settings of the package. Detail 85, the usual quality, gives those that it has by itself (patches of 4 pixels,
 * 6 bits and 16 levels of a channel); 100 leaves no patch out, 1 draws those of 14 pixels and 69 levels.
 */
function config(detail: number): Config {
  const rest = 1 - clamp(detail, 1, 100) / 100;
  return {
    colorMode: COLOR,
    hierarchical: STACKED,
    filterSpeckle: Math.round(14 * rest ** 0.66),
    colorPrecision: 4 + Math.floor(3 * (1 - rest)),
    layerDifference: Math.round(6 + 64 * rest),
    mode: SPLINE,
    cornerThreshold: 60,
    lengthThreshold: 4,
    maxIterations: 10,
    spliceThreshold: 45,
    pathPrecision: 1,
  };
}

/** RGBA of the first frame, at a size that can be traced. */
async function traceable({
  width,
  height,
  channels,
  data,
}: Raster): Promise<Size & { data: Uint8Array }> {
  const repeated = Math.ceil(FEWEST_TRACED / Math.min(width, height));
  const most = Math.sqrt(MOST_TRACED_PIXELS / (width * height));
  const factor = most < 1 ? most : Math.min(repeated, Math.floor(most));
  const first = data.subarray(0, width * height * channels);
  const size = {
    width: Math.max(1, Math.floor(width * factor)),
    height: Math.max(1, Math.floor(height * factor)),
  };
  const pixels = await sharp(first, { raw: { width, height, channels } })
    .resize({ ...size, fit: 'fill', kernel: factor > 1 ? 'nearest' : 'lanczos3' })
    .ensureAlpha()
    .raw()
    .toBuffer();
  return { ...size, data: pixels };
}

const stillOf = (size: Size, data: Uint8Array): Raster => ({
  ...size,
  channels: 4,
  data,
  pages: 1,
  delays: [],
  loop: 0,
});

/** What is drawn in black, what is clear in white; undefined where nothing is clear. */
function maskOf(data: Uint8Array): Uint8Array | undefined {
  const mask = new Uint8Array(data.length).fill(255);
  let clear = false;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3]! < DRAWN_FROM) clear = true;
    else mask.fill(0, i, i + 3);
  }
  return clear ? mask : undefined;
}

function opaque(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data);
  for (let i = 3; i < out.length; i += 4) out[i] = 255;
  return out;
}

/** The path elements of a document of the package: nothing else of it is taken over. */
function pathsIn(svg: string): string {
  return Array.from(svg.matchAll(PATH), ([, d, fill, move]) => {
    const moved = move === '0,0' ? '' : ` transform="translate(${move})"`;
    return `<path fill="${fill}" d="${d!.trim()}"${moved}/>`;
  }).join('');
}

const PATH =
  /<path d="([-MLCZ0-9. ]+)" fill="(#[0-9A-F]{6})" transform="translate\(([-0-9.]+,[-0-9.]+)\)"\/>/g;

function documentOf(
  shown: Size,
  { width, height }: Size,
  paths: string,
  clip: string | undefined,
  { viewBoxOnly }: TracingSettings,
): string {
  const size = viewBoxOnly ? '' : ` width="${shown.width}" height="${shown.height}"`;
  // A picture made smaller before has another ratio by a part of a pixel
  const ratio = width * shown.height === height * shown.width ? '' : ' preserveAspectRatio="none"';
  const root = `<svg xmlns="http://www.w3.org/2000/svg"${size} viewBox="0 0 ${width} ${height}"${ratio}>`;
  const drawing =
    clip === undefined
      ? paths
      : `<clipPath id="a">${clip.replaceAll(/ fill="[^"]*"/g, '')}</clipPath><g clip-path="url(#a)">${paths}</g>`;
  return `${root}${drawing}</svg>\n`;
}
