/**
 * Pictures of the tests of this room, as sharp takes them and as a program renders them.
 */
import sharp, { type Sharp } from 'sharp';
import type { Raster } from '../image/raster.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { Instruction } from '../plan/program.ts';
import { probe } from './probe.ts';
import { type RenderContext, render } from './render.ts';

/** sharp on a raster's pixels. */
export function pictureOf({ width, height, channels, data }: Raster): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** Probed and rendered, with nothing attached. */
export async function rendered(
  bytes: Uint8Array,
  instructions: readonly Instruction[],
  more: { context?: RenderContext; color?: 'srgb' | 'keep' | 'strip'; cmyk?: 'press' } = {},
): Promise<{ raster: Raster; info: SourceInfo }> {
  const info = await probe({ bytes });
  const frames = { first: 0, count: info.pages };
  const color = more.color ?? 'srgb';
  const inks = more.cmyk === undefined ? {} : { cmyk: more.cmyk };
  const output = { kind: 'blurhash', x: 4, y: 3 } as const;
  const order = { frames, color, ...inks, instructions, output };
  return { info, raster: await render({ bytes }, info, order, more.context) };
}
