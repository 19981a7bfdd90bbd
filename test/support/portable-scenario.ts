/**
 * One way through the portable rooms, as a page in a browser would go: URLs to
 * plans, keys and programs, pixels through filters and the metric, a search for
 * the smallest encoding. It gives plain data, so that two places can be compared.
 */
import { estimateJpegQuality } from '../../src/containers/jpeg-quality.ts';
import type { Dialect, ImageRequest } from '../../src/dialects/dialect.ts';
import { fastly } from '../../src/dialects/fastly/index.ts';
import { imageoptim } from '../../src/dialects/imageoptim/index.ts';
import { imgix } from '../../src/dialects/imgix/index.ts';
import type { Encoder } from '../../src/image/encoding.ts';
import type { FormatName } from '../../src/image/format.ts';
import type { Raster } from '../../src/image/raster.ts';
import { sniffFormat } from '../../src/image/sniff.ts';
import type { SourceInfo } from '../../src/image/source-info.ts';
import { readCopyright } from '../../src/metadata/copyright.ts';
import { createSsimulacra2 } from '../../src/metrics/ssimulacra2.ts';
import { optimize } from '../../src/optimizer/optimize.ts';
import { canonicalize } from '../../src/plan/canonicalize.ts';
import { hashKey, planKey } from '../../src/plan/key.ts';
import { lower } from '../../src/plan/lower.ts';
import { picture } from '../../src/plan/output.ts';
import { printPlan } from '../../src/plan/print.ts';
import { pixelate } from '../../src/raster/filters.ts';
import { tone } from '../../src/raster/tone.ts';

const TARGETS: readonly (readonly [Dialect, string])[] = [
  [fastly, '/photo.jpg?width=400&height=300&fit=crop&auto=avif&sharpen=a2'],
  [imgix, '/photo.jpg?w=400&h=300&fit=crop&auto=format&vib=40&txt64=aGk'],
  [imageoptim, '/user/400x300,crop=top,quality=medium/https://example.com/photo.jpg'],
];

const INFO: SourceInfo = {
  ...{ format: 'jpeg', bytes: 300_000, width: 1600, height: 1200, orientation: 1 },
  ...{ pages: 1, delays: [], loop: 1, alpha: false, profile: 'srgb', space: 'rgb', depth: 8 },
  ...{ lossless: false, jpeg: { progressive: false, chroma: '4:2:0', quality: 80 } },
};

/** Everything, from the bytes of `ssimulacra2.wasm` and the bytes of a JPEG. */
export async function run(kernel: Uint8Array, jpeg: Uint8Array): Promise<object> {
  const metric = await createSsimulacra2(kernel);
  const raster = drawn(160, 120);
  const blocks = pixelate(raster, { kind: 'pixelate', side: 4, width: 160, height: 120 });
  metric.setReference(raster);
  const { score } = metric.compare(blocks);
  const task = {
    ...{ raster, info: INFO, alternatives: [], identity: false },
    chosen: { format: 'webp', lossless: false, rule: 0 },
    output: picture({ formats: [{ format: 'webp' }], quality: { kind: 'target', score: 60 } }),
    budget: { mode: 'online', milliseconds: 60_000 },
  } as const;
  let time = 0;
  const { receipt } = await optimize(task, { encoder, metric, now: () => time++ });
  return {
    plans: TARGETS.map(([dialect, target]) => compiled(dialect, target)),
    file: [sniffFormat(jpeg), estimateJpegQuality(jpeg), readCopyright(jpeg)],
    toned: hashKey([...tone(raster, [{ kind: 'vibrance', amount: 0.5 }]).data]),
    score,
    receipt: { ...receipt, trials: receipt.trials.map(({ encoding, score }) => [encoding, score]) },
  };
}

function compiled(dialect: Dialect, target: string): object {
  const accepts = new Set<FormatName>(['avif', 'webp']);
  const request: ImageRequest = {
    ...{ method: 'GET', target, headers: { accept: 'image/avif,image/webp' }, accepts },
    ...{ now: Date.UTC(2026, 0, 1), upload: false },
  };
  const origin = dialect === imageoptim ? 'web' : 'folder';
  const settings = { name: 'page', origin, accounts: ['user'] } as const;
  const { plan, diagnostics } = dialect.compile(request, settings);
  const lowered = lower(plan, INFO, accepts);
  return {
    plan: printPlan(canonicalize(plan)),
    key: planKey(plan),
    diagnostics: diagnostics.map(({ message }) => message),
    program: lowered.kind === 'program' ? lowered.program.instructions : lowered.kind,
  };
}

/** Gradients with edges: something for a metric to see. */
function drawn(width: number, height: number): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const stripe = (x >> 4) % 2 === (y >> 4) % 2 ? 60 : 0;
      data[i] = stripe + (180 * x) / width;
      data[i + 1] = stripe + (180 * y) / height;
      data[i + 2] = 128;
    }
  }
  return { width, height, channels: 3, pages: 1, delays: [], loop: 0, data };
}

/** A toy: pixels in steps that grow as quality falls, and a file as long as they change. */
const encoder: Encoder = {
  async encode(raster, encoding) {
    const quality = 'quality' in encoding ? Number(encoding.quality) : 100;
    const step = 1 + Math.round((100 - quality) / 4);
    const values: number[] = [raster.width, raster.height];
    const out: number[] = [];
    for (const value of raster.data) values.push(Math.min(255, Math.round(value / step) * step));
    // Runs of equal bytes: a count and the byte.
    for (let i = 0; i < values.length; ) {
      let length = 1;
      while (length < 255 && values[i + length] === values[i]) length++;
      out.push(length, values[i]!);
      i += length;
    }
    return Uint8Array.from(out);
  },
  async decode(bytes, channels) {
    const values: number[] = [];
    for (let i = 0; i < bytes.length; i += 2) {
      for (let n = 0; n < bytes[i]!; n++) values.push(bytes[i + 1]!);
    }
    const [width = 0, height = 0, ...data] = values;
    return {
      ...{ width, height, channels, pages: 1, delays: [], loop: 0 },
      data: Uint8Array.from(data),
    };
  },
};
