import { describe, expect, test } from 'vitest';
import { type Encoder, type Encoding, encodingText } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import type { Metric, Score } from '../../metrics/metric.ts';
import { picture } from '../../plan/output.ts';
import { lnBpp, meanCurve } from '../model/priors.ts';
import { optimize, type Tools } from '../optimize.ts';
import { priorOf } from '../simulated.suite.ts';
import type { OptimizeInput, OptimizeResult } from '../task.ts';

/** What an encoding scores and takes beside what its curve says, and how far its worst region lies under its score. */
type Quirk = (encoding: Encoding) => {
  readonly score?: number;
  readonly share?: number;
  readonly worst?: number;
};

const [WIDTH, HEIGHT] = [200, 160];

/** Grey noise, so that it counts as a photograph. */
function noise(): Raster {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  let seed = 1;
  for (let i = 0; i < data.length; i++) {
    if (i % 3 === 0) seed = (seed * 1103515245 + 12345) % 2147483648;
    data[i] = seed >> 22;
  }
  return { width: WIDTH, height: HEIGHT, channels: 3, pages: 1, delays: [], loop: 0, data };
}

/** An encoder that follows the curves but for its quirks; the file holds its own score. */
function tools(quirk: Quirk, pace = 1): Tools {
  let time = 0;
  const encoder: Encoder = {
    async encode(_, encoding) {
      time += pace;
      const prior = priorOf(encoding);
      const quality = 'quality' in encoding ? encoding.quality : 0;
      const { score = 0, share = 1, worst = 5 } = quirk(encoding);
      const usual = prior ? meanCurve(prior, WIDTH * HEIGHT).score(quality) : 100;
      const bits = prior ? Math.exp(lnBpp(prior, quality)) : 16;
      const out = new Uint8Array(Math.round((share * WIDTH * HEIGHT * bits) / 8));
      new DataView(out.buffer).setFloat64(0, usual + score);
      new DataView(out.buffer).setFloat64(8, usual + score - worst);
      return out;
    },
    decode: async (bytes) => ({ ...noise(), data: bytes }),
  };
  const metric: Metric<'ssimulacra2'> = {
    name: 'ssimulacra2',
    setReference() {},
    compare({ data }) {
      const score = new DataView(data.buffer).getFloat64(0) as Score<'ssimulacra2'>;
      return { score, worst: new DataView(data.buffer).getFloat64(8) };
    },
  };
  return { encoder, metric, now: () => time };
}

const INFO = sourceInfo({ width: WIDTH, height: HEIGHT, format: 'png', bytes: 90_000 });

function run(
  format: 'jpeg' | 'webp' | 'avif',
  quirk: Quirk,
  fields: Partial<OptimizeInput['budget']> = {},
  jpeg: OptimizeInput['output']['jpeg'] = { kind: 'free', chroma: 'free' },
  pace = 1,
  score = 70,
): Promise<OptimizeResult> {
  const output = picture({ formats: [{ format }], quality: { kind: 'target', score }, jpeg });
  return optimize(
    {
      raster: noise(),
      info: INFO,
      chosen: { format, lossless: false, rule: 0 },
      alternatives: [],
      output,
      identity: false,
      budget: { mode: 'background', milliseconds: 60_000, ...fields },
    },
    tools(quirk, pace),
  );
}

const plainly: Quirk = () => ({});

describe('post-search', () => {
  test('where a region fails, lower qualities of the same settings are not tried', async () => {
    const tried: number[] = [];
    await run(
      'jpeg',
      (e) => {
        if (e.format !== 'jpeg' || e.table !== 2) return {};
        tried.push(e.quality);
        return { share: 0.6, score: 6, worst: 60 };
      },
      {},
      undefined,
      1,
      80,
    );
    expect(tried.length).toBeGreaterThan(1);
    expect(tried).toEqual([...tried].sort((a, b) => a - b));
  });

  test('where regions fail up to some quality, few trials find one at which none does', async () => {
    const at = (even: number) => {
      const tried: number[] = [];
      const quirk: Quirk = (e) => {
        if (e.format !== 'jpeg' || e.table !== 2) return {};
        tried.push(e.quality);
        return { share: 0.6, score: 6, worst: e.quality < even ? 60 : 5 };
      };
      return run('jpeg', quirk, {}, undefined, 1, 80).then(({ receipt }) => ({ receipt, tried }));
    };
    const { tried } = await at(101);
    // The steps are a good part of what is open, not one quality after another.
    const [first, second, third] = tried as [number, number, number];
    expect(second - first).toBeGreaterThan(2);
    for (const even of [first + 1, second]) {
      const { receipt } = await at(even);
      expect(receipt.encoding).toContain('table-2');
      expect(receipt.quality!).toBeGreaterThanOrEqual(even);
      expect(receipt.worst!).toBeGreaterThanOrEqual(55);
    }
    expect(third).toBeGreaterThan(second);
  });

  test('a quantisation table that saves a tenth is used', async () => {
    const quirk: Quirk = (e) =>
      e.format === 'jpeg' && e.table === 2 ? { share: 0.9, score: -0.5 } : {};
    const at80 = (q: Quirk) => run('jpeg', q, {}, undefined, 1, 80);
    const [with2, without] = [await at80(quirk), await at80(plainly)];
    expect(with2.receipt.encoding).toContain('table-2');
    expect(without.receipt.encoding).not.toContain('table');
    expect(with2.bytes.length).toBeLessThan(without.bytes.length * 0.95);
  });

  test('a cheaper stand-in that passes with fewer bytes is delivered, so that the online result is never missed', async () => {
    const quirk: Quirk = (e) => (e.format === 'avif' && e.effort === 3 ? { share: 1.3 } : {});
    const { receipt } = await run('avif', quirk);
    expect(receipt.encoding).toContain('e1');
    const online = await run('avif', quirk, { mode: 'online' });
    expect(receipt.bytes).toBeLessThanOrEqual(online.bytes.length);
  });

  test('a lower quality that happens to score well is found', async () => {
    const base = await run('webp', plainly);
    const lucky = base.receipt.quality! - 1;
    const quirk: Quirk = (e) =>
      e.format === 'webp' && e.effort === 6 && e.quality === lucky ? { score: 1 } : {};
    const { receipt } = await run('webp', quirk);
    expect(receipt.quality).toBeLessThanOrEqual(lucky);
    expect(receipt.score).toBeGreaterThanOrEqual(69.5);
  });

  test.each([
    [() => ({}), 'as the curves say'],
    [() => ({ score: -3 }), 'a hard picture'],
    [(e) => ({ score: 'quality' in e ? Math.sin(e.quality * 7) : 0 }), 'scores that jump'],
    [(e) => ({ share: e.format === 'jpeg' && e.table ? 0.5 : 1, score: -6 }), 'a weak table'],
  ] as [Quirk, string][])('whatever is delivered passes (%#)', async (quirk) => {
    for (const format of ['jpeg', 'webp', 'avif'] as const) {
      const { receipt } = await run(format, quirk);
      expect(receipt.score).toBeGreaterThanOrEqual(69.5);
      expect(receipt.outOfReach).toBeUndefined();
    }
  });

  test('a small JPEG may be baseline, unless progressive is asked for', async () => {
    const quirk: Quirk = (e) => (e.format === 'jpeg' && !e.progressive ? { share: 0.8 } : {});
    expect((await run('jpeg', quirk)).receipt.encoding).not.toContain('progressive');
    const asked = await run('jpeg', quirk, {}, { kind: 'progressive', chroma: 'free' });
    expect(asked.receipt.encoding).toContain('progressive');
  });

  test('online does none of it', async () => {
    const { receipt } = await run('jpeg', plainly, { mode: 'online' });
    expect(receipt.trials.every(({ encoding }) => !encoding.includes('table'))).toBe(true);
  });

  test('it stops where the time does', async () => {
    const { receipt } = await run('webp', plainly, { milliseconds: 1000 }, undefined, 300);
    expect(receipt.trials.length).toBeLessThanOrEqual(4);
  });
});

test('tables and tried-out filters are named in receipts', () => {
  const jpeg = { format: 'jpeg', quality: 60, chroma: '4:2:0', progressive: true, effort: 'full' };
  expect(encodingText({ ...jpeg, table: 5 } as Encoding)).toBe(
    'jpeg q60 4:2:0 full progressive table-5',
  );
});
