/**
 * The library without a server: what goes in and comes out, what it refuses, and that nothing of it stays.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as Library from '../src/index.ts';
import { card, noise } from './support/pictures.ts';
import { isRunning } from './support/processes.ts';

const index = new URL('../dist/index.js', import.meta.url);
const { compile, createOptimizer, isFault }: typeof Library = await import(index.href);
const folder = mkdtempSync(join(tmpdir(), 'fovea-library-'));
const optimizer = createOptimizer({ jobs: 2 });
afterAll(async () => {
  await optimizer.close();
  rmSync(folder, { recursive: true, force: true });
});

let jpeg: Buffer;
beforeAll(async () => {
  jpeg = await card(300, 200).jpeg({ quality: 97 }).toBuffer();
  writeFileSync(join(folder, 'a.jpg'), jpeg);
});

async function* inPieces(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function* inTexts() {
  yield 'a';
}

/** A stream that gives a little, and then nothing for ever. */
async function* standing(): AsyncGenerator<Uint8Array> {
  yield jpeg.subarray(0, 100);
  await new Promise(() => undefined);
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (isFault(error) ? error.code : error),
  );

describe('a picture', () => {
  test('is the same from a path, from bytes and from streams', async () => {
    const path = join(folder, 'a.jpg');
    const web = new Blob([new Uint8Array(jpeg)]).stream();
    for (const input of [path, new URL(`file://${path}`), jpeg, inPieces(jpeg, 777), web]) {
      const { bytes, ...facts } = await optimizer.optimize(input, {
        width: 150,
        formats: ['webp'],
      });
      expect(facts).toMatchObject({
        format: 'webp',
        mediaType: 'image/webp',
        width: 150,
        height: 100,
      });
      expect(facts.source).toEqual({ width: 300, height: 200, format: 'jpeg', bytes: jpeg.length });
      expect(facts.receipt?.mode).toBe('background');
      expect(facts.score).toBeGreaterThanOrEqual(74.5);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 150 });
    }
  });

  test('reaches the target that is named, in the smallest format of several', async () => {
    const bytes = await card(400, 300).png().toBuffer();
    const sizes: number[] = [];
    for (const target of ['low', 'medium', 90] as const) {
      const made = await optimizer.optimize(bytes, { target, formats: ['webp'] });
      sizes.push(made.bytes.length);
    }
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    const auto = await optimizer.optimize(bytes);
    expect(auto.bytes.length).toBeLessThanOrEqual(sizes[1] ?? 0);
  });

  test('that comes in well is no larger afterwards, whatever format was named', async () => {
    const poor = await noise(80, 80).jpeg({ quality: 2 }).toBuffer();
    for (const formats of [['avif'], ['webp'], ['png'], ['source'], undefined] as const) {
      const made = await optimizer.optimize(poor, formats ? { formats } : {});
      expect(made.bytes.length).toBeLessThanOrEqual(poor.length);
    }
  });

  test('that moves goes on moving, and an SVG stays one', async () => {
    const frames = await Promise.all(
      [40, 90, 140].map((width) =>
        card(width, 40)
          .resize(40, 40, { fit: 'fill' })
          .negate(width > 40)
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const made = await optimizer.optimize(gif, { formats: ['jpeg'] });
    expect(made.format).toBe('gif');
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>';
    const drawn = await optimizer.optimize(Buffer.from(svg));
    expect([drawn.format, drawn.receipt]).toEqual(['svg', undefined]);
    expect((await optimizer.optimize(Buffer.from(svg), { formats: ['png'] })).format).toBe('png');
  });

  test('by the plan of a URL', async () => {
    const asked = compile('imgix', '/a.jpg?w=50&h=50&fit=crop&fm=png');
    expect(asked.text).toMatch(/resize .*cover/);
    expect(asked.key).toBe(
      compile('fastly', '/a.jpg?w=50&h=50').key === asked.key ? '' : asked.key,
    );
    const { format, width, height } = await optimizer.render(jpeg, asked);
    expect([format, width, height]).toEqual(['png', 50, 50]);
    const hash = await optimizer.render(jpeg, compile('imgix', '/a.jpg?fm=blurhash'));
    expect(hash.mediaType).toMatch(/^text\/plain/);
  });
});

describe('what cannot be done', () => {
  test.each([
    ['source-not-an-image', 'words'],
    ['source-empty', ''],
  ])('%s', async (code, text) => {
    expect(await codeOf(optimizer.optimize(Buffer.from(text)))).toBe(code);
    expect(await codeOf(optimizer.optimize(inPieces(Buffer.from(text), 2)))).toBe(code);
  });

  test('a file that is not there, and half a picture', async () => {
    await expect(optimizer.optimize(join(folder, 'nowhere.jpg'))).rejects.toThrow('ENOENT');
    const half = (await card(64, 64).png().toBuffer()).subarray(0, 90);
    expect(await codeOf(optimizer.optimize(half))).toBe('source-broken');
  });

  test.each([
    ['fast', 'online'],
    ['balanced', 'background'],
    ['best', 'offline'],
    [undefined, 'background'],
  ] as const)('the effort %s reaches the search', async (effort, mode) => {
    const said = effort === undefined ? {} : { effort };
    const { receipt, score } = await optimizer.optimize(jpeg, { formats: ['avif'], ...said });
    expect(receipt?.mode).toBe(mode);
    expect(score).toBeGreaterThan(74);
  });

  test('options of callers without types', async () => {
    const wrong = [
      { target: 101 },
      { target: 'best' },
      { width: 0 },
      { height: 1.5 },
      { formats: [] },
      { formats: 'webp' },
      { format: 'webp' },
      { metadata: 'all' },
      { effort: 'most' },
      { effort: 'toString' },
    ];
    for (const options of [...wrong, { formats: ['bmp'] }]) {
      // biome-ignore lint/suspicious/noExplicitAny: what has no types is what is tested
      await expect(optimizer.optimize(jpeg, options as any)).rejects.toThrow(RangeError);
    }
    expect(() => createOptimizer({ jobs: 0 })).toThrow(RangeError);
  });

  test.each([
    ['undefined', undefined],
    ['number', 5],
    ['ArrayBuffer', new ArrayBuffer(8)],
    ['Blob', new Blob(['x'])],
    ['string', inTexts()],
  ])('an input that is none is named: %s', async (kind, input) => {
    // biome-ignore lint/suspicious/noExplicitAny: what has no types is what is tested
    const work = optimizer.optimize(input as any);
    await expect(work).rejects.toThrow(TypeError);
    await expect(work).rejects.toThrow(`bytes, got ${kind}`);
  });

  test.skipIf(process.platform === 'win32')('a pipe that nobody writes into', async () => {
    const pipe = join(folder, 'pipe.jpg');
    execFileSync('mkfifo', [pipe]);
    try {
      expect(await codeOf(optimizer.optimize(pipe))).toBe('source-not-an-image');
    } finally {
      rmSync(pipe);
    }
  });

  test('a program whose workers are not there, as in a bundle', async () => {
    const bundle = await build({
      ...{ input: fileURLToPath(index), platform: 'node', logLevel: 'silent', write: false },
      external: (name) => !/^[./]|^fovea/.test(name),
      output: { format: 'esm', codeSplitting: false },
    });
    const [chunk] = bundle.output;
    const file = join(folder, 'in', 'bundle.mjs');
    mkdirSync(dirname(file));
    symlinkSync(
      fileURLToPath(new URL('../node_modules', import.meta.url)),
      join(folder, 'node_modules'),
    );
    writeFileSync(file, chunk.code);
    const program = `import { createOptimizer, optimize } from './in/bundle.mjs';
      const codes = [];
      const made = async () => await createOptimizer({ jobs: 1 }).optimize('a.jpg');
      for (const make of [made, () => optimize('a.jpg'), () => optimize('a.jpg')]) {
        codes.push(await make().then(() => 'made', ({ code, message }) => code + ' ' + /bundle/.test(message)));
      }
      console.log(codes.join());`;
    writeFileSync(join(folder, 'bundled.mjs'), program);
    const ran = () =>
      spawnSync(process.execPath, ['bundled.mjs'], { cwd: folder, encoding: 'utf8' }).stdout;
    const refused = 'render-failed true,render-failed true,render-failed true\n';
    expect(ran()).toBe(refused);
    // Somebody's own program of that name is none of ours
    writeFileSync(join(folder, 'worker.js'), 'throw new Error("not yours")');
    expect(ran()).toBe(refused);
    for (const name of ['in', 'node_modules', 'bundled.mjs', 'worker.js']) {
      rmSync(join(folder, name), { recursive: true });
    }
  });

  test('a stream that fails fails with its own error', async () => {
    const broken = (async function* () {
      yield jpeg.subarray(0, 100);
      throw new Error('the line is dead');
    })();
    await expect(optimizer.optimize(broken)).rejects.toThrow('the line is dead');
  });
});

describe('an end', () => {
  test('comes by a signal, at once and before anything is read', async () => {
    const reason = new Error('changed my mind');
    await expect(
      optimizer.optimize(join(folder, 'nowhere.jpg'), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    const stop = new AbortController();
    const large = await noise(900, 900).png().toBuffer();
    const work = optimizer.optimize(large, { signal: stop.signal, formats: ['avif'] });
    setImmediate(() => stop.abort(reason));
    await expect(work).rejects.toBe(reason);
  });

  test('comes while a stream stands still, and in the middle of a file', async () => {
    const reason = new Error('changed my mind');
    for (const still of [standing(), new ReadableStream<Uint8Array>({})]) {
      const stop = new AbortController();
      const work = optimizer.optimize(still, { signal: stop.signal });
      setImmediate(() => stop.abort(reason));
      await expect(work).rejects.toBe(reason);
    }
    const stop = new AbortController();
    const work = optimizer.optimize(join(folder, 'a.jpg'), { signal: stop.signal });
    stop.abort(reason);
    await expect(work).rejects.toBe(reason);
    const asked = compile('imgix', '/a.jpg?w=50');
    const late = new AbortController();
    const rendered = optimizer.render(standing(), asked, { signal: late.signal });
    setImmediate(() => late.abort(reason));
    await expect(rendered).rejects.toBe(reason);
  });

  test('closing ends the workers and what they have in hand', async () => {
    const own = createOptimizer({ jobs: 1 });
    const bytes = await noise(600, 600).png().toBuffer();
    const work = codeOf(own.optimize(bytes, { formats: ['avif'] }));
    const pids = own.pids();
    expect(pids).toHaveLength(1);
    await own.close();
    expect(await work).toBe('overloaded');
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await codeOf(own.optimize(bytes))).toBe('overloaded');
  });

  test('of the process is not held up by workers of `optimize`, and no file of it stays', () => {
    const program = `import { optimize } from ${JSON.stringify(index.href)};
      const [a, b] = await Promise.all([optimize('a.jpg', { width: 40 }), optimize('a.jpg', { width: 20 })]);
      console.log(a.width, b.width);
      process.exitCode = 3;`;
    writeFileSync(join(folder, 'program.mjs'), program);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], {
      ...{ cwd: folder, encoding: 'utf8', timeout: 50_000, env: { TMPDIR: folder } },
    });
    expect([stderr, stdout, status]).toEqual(['', '40 20\n', 3]);
    expect(readdirSync(folder).sort()).toEqual(['a.jpg', 'program.mjs']);
  });
});
