import { describe, expect, test } from 'vitest';
import { JPEG_CURVES } from '../codecs/jpeg-curves.ts';
import { contentCurve } from '../model/content-model.ts';
import { meanCurve } from '../model/priors.ts';
import { modeFor, optimize } from '../optimize.ts';
import {
  asked,
  choice,
  featuresOf,
  JPEG_SOURCE,
  large,
  raster,
  SOURCE,
  task,
  tools,
} from '../simulated.suite.ts';

describe('online', () => {
  test.each([
    ['jpeg', -1],
    ['jpeg', 1],
    ['webp', -1],
    ['webp', 1.5],
    ['avif', -1.5],
    ['avif', 0.5],
  ] as const)(
    '%s reaches the target on a picture %f spreads off the mean',
    async (f, deviation) => {
      const made = tools({ deviation });
      const { receipt, warmStart } = await optimize(task(f, { raster: large() }), made);
      expect(receipt.score).toBeGreaterThanOrEqual(69.5);
      expect(receipt.score).toBeLessThanOrEqual(71.5);
      expect(made.encodings.length).toBeLessThanOrEqual(3);
      expect(Object.values(warmStart.offsets)).toHaveLength(1);
    },
  );

  test.each(['jpeg', 'webp', 'avif'] as const)('%s searched before: one evaluation', async (f) => {
    const made = tools({ deviation: -1 });
    const { warmStart } = await optimize(task(f), made);
    const again = tools({ deviation: -1 });
    await optimize(task(f, { warmStart }), again);
    expect(again.encodings).toHaveLength(1);
  });

  test('what smears at 4:2:0 is written with full chroma', async () => {
    const { receipt } = await optimize(task('jpeg'), tools({ smear: 30 }));
    expect(receipt.encoding).toContain('4:4:4');
    expect(receipt.score).toBeGreaterThanOrEqual(69.5);
  });

  test.each([
    // points lost at 4:2:0, chroma of the second trial, why
    [12, '4:4:4', 'a large miss of a picture with colored edges is blamed on chroma'],
    [6, '4:2:0', 'a small one is not'],
  ])('after a first trial %i points too low the second is %s (%s)', async (smear, chroma) => {
    const edged = raster();
    // Few enough that chroma is not sharp from the start.
    for (let i = 0; i < 16; i++) {
      edged.data.set([255, 0, 0, 0, 0, 255], (2 * i * edged.width + 20) * 3);
    }
    const made = tools({ smear });
    await optimize(task('jpeg', { raster: edged }), made);
    const [first, second] = made.encodings;
    expect(first).toMatchObject({ chroma: '4:2:0' });
    expect(second).toMatchObject({ chroma });
  });

  test('a chroma that the plan forces stays', async () => {
    const jpeg = { kind: 'free', chroma: '4:2:0' } as const;
    const output = asked({ kind: 'target', score: 70 }, { jpeg });
    const { receipt } = await optimize(task('jpeg', { output }), tools({ smear: 30 }));
    expect(receipt.encoding).toContain('4:2:0');
    expect(receipt.outOfReach ?? receipt.score! >= 69.5).toBe(true);
  });

  test('where the steps of quality are wide, the other chroma is half a step', async () => {
    const wide = tools({ coarse: 20 });
    const { receipt } = await optimize(task('webp', { raster: large() }), wide);
    const plain = receipt.trials.filter(({ encoding }) => !encoding.includes('smart'));
    expect(plain.every(({ score }) => score! < 69.5 || score! > 71.5)).toBe(true);
    expect(receipt.encoding).toContain('smart');
    expect(receipt.score!).toBeGreaterThanOrEqual(69.5);
    expect(receipt.score!).toBeLessThanOrEqual(71.5);
    const least = Math.min(...plain.filter((t) => t.score! >= 69.5).map((t) => t.bytes));
    expect(receipt.bytes).toBeLessThan(least);
  });

  test('a chroma that the plan forces is no half step', async () => {
    const jpeg = { kind: 'free', chroma: '4:2:0' } as const;
    const output = asked({ kind: 'target', score: 70 }, { jpeg });
    const made = tools({ coarse: 20 });
    await optimize(task('jpeg', { output, raster: large() }), made);
    expect(made.encodings.every((e) => e.format === 'jpeg' && e.chroma === '4:2:0')).toBe(true);
  });

  test('an uneven result goes one step up', async () => {
    const even = await optimize(task('webp'), tools());
    const uneven = await optimize(task('webp'), tools({ uneven: 30 }));
    expect(uneven.receipt.score!).toBeGreaterThan(even.receipt.score! + 1);
  });

  test.each([
    // points that the region gains for one of the whole, whether the step is taken, why
    [1, true, 'the region rises with the whole'],
    [0.3, false, 'it hardly does'],
    [0, false, 'it does not'],
    [-1, false, 'it falls'],
  ])('a region that gains %f points for one: one step up is %s (%s)', async (gain, taken) => {
    const poor = { region: (score: number) => 40 + gain * (score - 70) };
    const plain = await optimize(task('webp', { raster: large() }), tools());
    const { receipt } = await optimize(task('webp', { raster: large() }), tools(poor));
    // The step is tried either way.
    expect(receipt.trials.length).toBeGreaterThan(plain.receipt.trials.length);
    if (taken) expect(receipt.quality!).toBeGreaterThan(plain.receipt.quality!);
    else expect(receipt.quality).toBe(plain.receipt.quality);
  });

  test.each([-1, 0.3, 0.8, 1.5])('nothing is encoded twice on the way up (%f off)', async (off) => {
    const made = tools({ uneven: 30, deviation: off });
    const { receipt } = await optimize(task('webp'), made);
    const names = receipt.trials.map((trial) => trial.encoding);
    expect(new Set(names).size).toBe(names.length);
    expect(receipt.score!).toBeGreaterThan(70);
  });

  test('dense screens ask for less', async () => {
    const output = asked({ kind: 'target', score: 70 }, { density: 2 });
    const { receipt } = await optimize(task('webp', { output }), tools());
    expect(receipt.target).toBe(62);
  });

  test('when time is up the best so far is delivered, and the receipt says so', async () => {
    const made = tools({ deviation: -2, pace: 400 });
    const budget = { mode: 'online', milliseconds: 500 } as const;
    const { receipt } = await optimize(task('avif', { budget }), made);
    expect(made.encodings).toHaveLength(1);
    expect(receipt.reason).toContain('time');
  });

  test('a target out of reach is flagged', async () => {
    const { receipt } = await optimize(task('webp'), tools({ deviation: -40 }));
    expect(receipt.outOfReach).toBe(true);
    expect(receipt.score!).toBeLessThan(69.5);
  });

  test('every JPEG tried is one that could be delivered', async () => {
    const made = tools({ deviation: -1 });
    await optimize(task('jpeg'), made);
    for (const encoding of made.encodings) {
      expect(encoding).toMatchObject({ effort: 'full', progressive: true });
    }
  });

  describe('a small picture with an uneven result', () => {
    const easy = { deviation: 1.5, uneven: 10 };

    test('never falls below the quality of a mean one', async () => {
      const small = await optimize(task('jpeg'), tools(easy));
      const even = await optimize(task('jpeg'), tools({ deviation: 1.5 }));
      const usual = await optimize(task('jpeg', { raster: large() }), tools(easy));
      const mean = await optimize(task('jpeg'), tools());
      expect(usual.receipt.quality!).toBeLessThan(mean.receipt.quality!);
      expect(even.receipt.quality!).toBeLessThan(mean.receipt.quality! - 1);
      expect(small.receipt.quality!).toBeGreaterThanOrEqual(mean.receipt.quality! - 1);
    });

    test('an even one with flat areas is held to a mean picture of its own size', async () => {
      const card = raster({ width: 120, height: 120 });
      card.data.fill(120, 0, card.data.length * 0.6);
      const { receipt } = await optimize(task('jpeg', { raster: card }), tools({ deviation: 1.5 }));
      const features = featuresOf(card);
      expect(features.repeatedShare).toBeGreaterThan(0.3);
      const own = Math.round(contentCurve(JPEG_CURVES.full, features).quality(70));
      expect(receipt.quality).toBe(own);
      expect(own).not.toBe(Math.round(meanCurve(JPEG_CURVES.full).quality(70)));
    });

    test('nor, with flat areas around it, below that of a mean one of the usual size', async () => {
      const card = raster();
      card.data.fill(120, 0, card.data.length * 0.6);
      const framed = await optimize(task('jpeg', { raster: card }), tools(easy));
      const usual = Math.round(meanCurve(JPEG_CURVES.full).quality(70));
      expect(framed.receipt.quality!).toBeGreaterThanOrEqual(usual);
      const bare = await optimize(task('jpeg', { raster: card }), tools({ deviation: 1.5 }));
      expect(bare.receipt.quality!).toBeLessThan(usual);
    });
  });

  test('a source searched before may end anywhere in the window', async () => {
    const taught = await optimize(task('webp', { raster: large() }), tools({ deviation: 0.75 }));
    const made = tools({ deviation: 0.9 });
    const { warmStart } = taught;
    const { receipt } = await optimize(task('webp', { warmStart, raster: large() }), made);
    expect(made.encodings).toHaveLength(1);
    expect(receipt.score!).toBeLessThanOrEqual(71.5);
  });
});

describe('short of time', () => {
  const alternatives = [choice('webp'), choice('jpeg')];
  const within = (milliseconds: number) => ({ mode: 'online', milliseconds }) as const;

  test('AVIF is written at effort 0 before another format is', async () => {
    const made = tools();
    const { receipt } = await optimize(task('avif', { alternatives, budget: within(3) }), made);
    expect(made.encodings).toMatchObject([{ format: 'avif', effort: 0 }]);
    expect(receipt.score).toBeUndefined();
  });

  test.each<[string, 'jpeg' | 'avif', number, boolean | undefined]>([
    ['a guess in place of a search', 'jpeg', 0.3, true],
    ['another format than the one that was chosen', 'avif', 0.4, true],
    ['a search that has ended', 'jpeg', 60_000, undefined],
  ])('the receipt says what was cut short: %s', async (_, format, milliseconds, cutShort) => {
    const budget = within(milliseconds);
    const { receipt } = await optimize(task(format, { alternatives, budget }), tools());
    expect(receipt.cutShort).toBe(cutShort);
    expect(receipt.skipped).toBe(cutShort);
  });

  test('a source in place of an answer that was cut short is cut short itself', async () => {
    const asItIs = async (bytes: Uint8Array) => bytes;
    const nothing = async () => undefined;
    const repacker = { jpeg: nothing, png: nothing, turn: nothing, strip: asItIs };
    const same = {
      identity: true,
      source: new Uint8Array(700),
      info: { ...JPEG_SOURCE, bytes: 700 },
    };
    const run = async (milliseconds: number) => {
      const input = task('avif', { ...same, alternatives, budget: within(milliseconds) });
      return (await optimize(input, tools({}, repacker))).receipt;
    };
    // In the quickest format that there was time for the picture is larger than its source.
    expect(await run(0.4)).toMatchObject({ kind: 'source', cutShort: true });
    expect((await run(60_000)).cutShort).toBeUndefined();
  });

  test('a fixed quality is cut short by quicker settings, and by nothing else', async () => {
    const output = asked({ kind: 'quality', jpeg: 70 });
    const cut = async (milliseconds: number) =>
      (await optimize(task('jpeg', { output, budget: within(milliseconds) }), tools())).receipt
        .cutShort;
    expect(await cut(0.1)).toBe(true);
    expect(await cut(60_000)).toBeUndefined();
  });

  test('with time for one encoding and no measurement, it is one of effort 1', async () => {
    const made = tools();
    await optimize(task('avif', { alternatives, budget: within(6) }), made);
    expect(made.encodings).toMatchObject([{ format: 'avif', effort: 1 }]);
  });

  /** One trial in time, of a picture that is its own source. */
  const oneTrial = (deviation: number) => {
    const asItIs = async (bytes: Uint8Array) => bytes;
    const nothing = async () => undefined;
    const repacker = { jpeg: nothing, png: nothing, turn: nothing, strip: asItIs };
    const bytes = 90_000;
    const known = { info: { ...SOURCE, format: 'avif', bytes }, identity: true } as const;
    return optimize(task('avif', { ...known, source: new Uint8Array(bytes), budget: within(16) }), {
      ...tools({ deviation, pace: 20 }),
      repacker,
    });
  };

  test('a small miss is delivered when time is up, not a source many times its size', async () => {
    const { receipt } = await oneTrial(-1);
    expect(receipt.kind).toBe('encoded');
    expect(receipt.score!).toBeLessThan(69.5);
    expect(receipt.outOfReach).toBeUndefined();
  });

  test('a large miss gives way to the source when time is up', async () => {
    const { receipt } = await oneTrial(-8);
    expect(receipt.trials[0]?.score).toBeLessThan(62);
    expect(receipt.kind).toBe('source');
  });

  test('a miss is corrected by what was learned, though nothing is measured again', async () => {
    const made = tools({ deviation: -2, pace: 20 });
    const { receipt } = await optimize(task('avif', { alternatives, budget: within(38) }), made);
    const [first, second] = made.encodings as { format: string; quality: number }[];
    expect(made.encodings).toHaveLength(2);
    expect(second!.format).toBe('avif');
    expect(second!.quality).toBeGreaterThan(first!.quality);
    expect(receipt.score).toBeUndefined();
  });

  test('no other format is begun when time is up', async () => {
    const made = tools({ deviation: -2, pace: 400 });
    await optimize(task('avif', { alternatives, budget: within(500) }), made);
    expect(made.encodings).toHaveLength(1);
  });
});

describe('background', () => {
  test('AVIF is searched at effort 1 and finished at effort 3, ten bits from 80 on', async () => {
    const budget = { mode: 'background', milliseconds: 60_000 } as const;
    const output = asked({ kind: 'target', score: 80 });
    const made = tools();
    const { receipt } = await optimize(task('avif', { budget, output }), made);
    expect(made.encodings[0]).toMatchObject({ effort: 1, depth: 8 });
    expect(receipt.encoding).toContain('e3');
    expect(receipt.encoding).toContain('10bit');
    expect(Math.abs(receipt.score! - 80)).toBeLessThan(1);
  });
});

describe('offline', () => {
  const budget = { mode: 'offline', milliseconds: 180_000 } as const;

  test('AVIF ends at effort 5, ten bits from 65 on, at the target', async () => {
    const output = asked({ kind: 'target', score: 70.5 });
    const made = tools();
    const { receipt } = await optimize(task('avif', { budget, output }), made);
    expect(made.encodings[0]).toMatchObject({ effort: 1, depth: 8 });
    expect(receipt).toMatchObject({ mode: 'offline' });
    expect(receipt.encoding).toMatch(/e5 4:4:4 10bit/);
    expect(Math.abs(receipt.score! - 70.5)).toBeLessThan(1);
  });

  test.each([
    // width, height, mode
    [2000, 2000, 'offline', 'the largest that slow settings end with in time'],
    [2001, 2000, 'background', 'one more column'],
    [8000, 5000, 'background', 'the largest that is searched'],
    [8001, 5000, 'instant', 'too large for a search'],
  ])('of %i x %i pixels is %s (%s)', (width, height, mode) => {
    const shown = { ...raster(), width, height };
    expect(modeFor(task('avif', { budget }), shown, tools())).toBe(mode);
  });
});
