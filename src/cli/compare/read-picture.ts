/**
 * ReadPicture: the pixels of a picture file as everything here sees them: upright, in sRGB.
 */
import { readFile } from 'node:fs/promises';
import { Fault } from '../../base/fault.ts';
import type { Size } from '../../base/size.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../image/picture-limits.ts';
import type { Raster } from '../../image/raster.ts';
import { type SourceInfo, uprightSize } from '../../image/source-info.ts';
import { canonicalize } from '../../plan/canonicalize.ts';
import { lower } from '../../plan/lower.ts';
import { picture } from '../../plan/output.ts';
import { setUpVips } from '../../vips/loader-policy.ts';
import { probe } from '../../vips/probe.ts';
import { setUpReducer } from '../../vips/reduction/reducer.ts';
import { render } from '../../vips/render.ts';

const KERNEL = new URL('../../wasm/reduce.wasm', import.meta.url);

/** A picture file, looked at. */
export interface PictureFile {
  readonly path: string;
  readonly info: SourceInfo;
  /** Upright. */
  readonly size: Size;
  /** Its first frame. */
  read(size?: Size): Promise<Raster>;
}

let ready: Promise<void> | undefined;

/** @throws Fault for what is no picture; errors of the system */
export async function openPicture(path: string): Promise<PictureFile> {
  ready ??= readFile(KERNEL).then(setUpReducer);
  await ready;
  setUpVips({ concurrency: 2 });
  const file = { bytes: await readFile(path) };
  const info = await probe(file, DEFAULT_PICTURE_LIMITS, 0);
  const own = uprightSize(info);
  const read = async (size: Size = own) => {
    const { width, height } = size;
    const same = width === own.width && height === own.height;
    const box = { width: { px: width }, height: { px: height } };
    const plan = canonicalize({
      frames: { kind: 'one', index: 0 },
      ops: [
        { kind: 'orient', by: 'source' },
        ...(same
          ? []
          : [
              {
                ...({ kind: 'resize', ...box, fit: 'stretch' } as const),
                ...({ enlarge: 'allowed', filter: 'lanczos3' } as const),
              },
            ]),
      ],
      output: picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } }),
    });
    const lowered = lower(plan, info, new Set());
    if (lowered.kind !== 'program') throw new Fault('internal', 'A plain picture has a program.');
    return await render(file, info, lowered.program);
  };
  return { path, info, size: own, read };
}
