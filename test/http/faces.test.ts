/**
 * Faces through the built server: windows that keep them, the area around
 * them, what is told of them, and what happens when the model is gone.
 */
import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Region } from '../../src/base/size.ts';
import { imgix } from '../../src/dialects/imgix/index.ts';
import type { WorkerRequest } from '../../src/engine/worker-protocol.ts';
import type { FormatName } from '../../src/image/format.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../src/image/picture-limits.ts';
import { canonicalize } from '../../src/plan/canonicalize.ts';
import { secondsLeft } from '../support/client.ts';
import { committed } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const TOKEN = 'a-token-of-some-length';

const GREY = { r: 110, g: 120, b: 130 };
const portrait = committed('astronaut.jpg');

/** Grey, three times as wide as high, with the portrait at `left` of it. */
async function wide(left: number): Promise<Buffer> {
  const canvas = { width: 960, height: 320, channels: 3, background: GREY } as const;
  return sharp({ create: canvas })
    .composite([{ input: portrait, left, top: 0 }])
    .png()
    .toBuffer();
}

/** The face of the portrait, by eye, on its 320 × 320. */
const FACE: Region = { left: 113, top: 43, width: 54, height: 65 };

interface FaceText {
  readonly bounds: Readonly<Record<'x' | 'y' | 'width' | 'height', number>>;
  readonly mouth: Readonly<Record<'x' | 'y', number>>;
  readonly left_eye: Readonly<Record<'x' | 'y', number>>;
  readonly right_eye: Readonly<Record<'x' | 'y', number>>;
}

/** How far two pictures of 160 × 160 are from each other, in levels. */
async function difference(one: Buffer, other: Buffer): Promise<number> {
  const raw = (bytes: Buffer) => sharp(bytes).removeAlpha().resize(160, 160).raw().toBuffer();
  const [a, b] = await Promise.all([raw(one), raw(other)]);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

const part = (source: Buffer, { left, top, width, height }: Region) =>
  sharp(source).extract({ left, top, width, height }).png().toBuffer();

describe('faces in imgix', () => {
  let server: TestServer;
  let pictures: Record<string, Buffer>;

  beforeAll(async () => {
    const right = await wide(600);
    const frames = [await wide(600), await wide(0)];
    const strip = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    // Stored a quarter turn to the left, to be shown upright.
    const turned = await sharp(right)
      .rotate(270)
      .jpeg({ quality: 95 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    pictures = {
      'right.png': right,
      'moving.gif': strip,
      'turned.jpg': turned,
      'leaves.jpg': committed('leaves.jpg'),
    };
    server = await startServer({ pictures });
  });
  afterAll(() => server.stop());

  const ask = async (target: string) => {
    const answer = await server.ask(`/imgix/${target}`);
    expect(answer.status, target).toBe(200);
    return answer;
  };

  const facesOf = async (name: string) => {
    const { body } = await ask(`${name}?fm=json&faces=1`);
    return (JSON.parse(body.toString()) as { Faces: FaceText[] }).Faces;
  };

  test('crop=faces shows the face where the centre shows none', async () => {
    const { body } = await ask('right.png?w=160&h=160&fit=crop&crop=faces&fm=png');
    // The middle of the face is at 740 of 960; the window of 320 has it in its middle.
    const shown = { left: 580, top: 0, width: 320, height: 320 };
    expect(await difference(body, await part(pictures['right.png']!, shown))).toBeLessThan(4);
    const centre = await ask('right.png?w=160&h=160&fit=crop&fm=png');
    expect(await difference(body, centre.body)).toBeGreaterThan(20);
  });

  test('what was found once serves every size of the source', async () => {
    const first = await ask('right.png?w=200&h=160&fit=crop&crop=faces&fm=png');
    expect(first.headers['server-timing']).not.toContain('find;');
    const area = await ask('right.png?w=90&h=90&fit=facearea&fm=png');
    expect(area.headers['server-timing']).not.toContain('find;');
  });

  test('a chain goes on where there is no face', async () => {
    const chain = await ask('leaves.jpg?w=100&h=200&fit=crop&crop=faces,top,right&fm=png');
    const corner = await ask('leaves.jpg?w=100&h=200&fit=crop&crop=top,right&fm=png');
    expect(await difference(chain.body, corner.body)).toBe(0);
    expect(chain.headers['fovea-warning']).toBeUndefined();
  });

  test.each<[string, number, number, string]>([
    ['right.png?w=90&h=120&fit=facearea', 90, 120, 'exactly that'],
    ['right.png?w=90&fit=facearea&facepad=2', 90, 109, 'the other side follows from the area'],
    ['leaves.jpg?w=90&h=90&fit=facearea', 90, 60, 'no face: clip'],
    ['leaves.jpg?w=90&h=90&fit=facearea,fill', 90, 90, 'no face: what stands behind the comma'],
    ['leaves.jpg?fit=facearea', 480, 320, 'no face and no size: the picture'],
  ])('%s is %i x %i (%s)', async (query, width, height) => {
    const { body } = await ask(`${query}&fm=png`);
    const size = await sharp(body).metadata();
    expect(size.width).toBe(width);
    expect(Math.abs((size.height ?? 0) - height)).toBeLessThanOrEqual(3);
  });

  test('fit=facearea shows what lies around the face, facepad how much of it', async () => {
    const { body } = await ask('right.png?w=160&h=160&fit=facearea&facepad=2&fm=png');
    const { bounds } = (await facesOf('right.png'))[0]!;
    const side = 2 * bounds.height;
    const shown = {
      left: Math.round(bounds.x + bounds.width / 2 - side / 2),
      top: Math.round(bounds.y + bounds.height / 2 - side / 2),
      ...{ width: side, height: side },
    };
    expect(await difference(body, await part(pictures['right.png']!, shown))).toBeLessThan(8);
  });

  test('faces=1 lists them in fm=json as documented', async () => {
    const Faces = await facesOf('right.png');
    expect(Faces).toHaveLength(1);
    const [{ bounds, mouth, left_eye, right_eye }] = Faces as [FaceText];
    const near = (value: number, expected: number) => {
      expect(Number.isInteger(value)).toBe(true);
      expect(Math.abs(value - expected)).toBeLessThan(5);
    };
    near(bounds.x, 600 + FACE.left);
    near(bounds.y, FACE.top);
    near(bounds.width, FACE.width);
    near(bounds.height, FACE.height);
    near(left_eye.x, 726);
    near(left_eye.y, 62);
    near(right_eye.x, 752);
    near(right_eye.y, 64);
    near(mouth.x, 738);
    near(mouth.y, 90);
  });

  test('without faces=1 there are none, and a picture without faces has an empty list', async () => {
    expect(JSON.parse((await ask('right.png?fm=json')).body.toString())).not.toHaveProperty(
      'Faces',
    );
    const none = JSON.parse((await ask('leaves.jpg?fm=json&faces=1')).body.toString());
    expect(none).toMatchObject({ Faces: [] });
  });

  test('faces of a source that is stored turned are those of the upright picture', async () => {
    const [face] = await facesOf('turned.jpg');
    expect(Math.abs(face!.bounds.x - 600 - FACE.left)).toBeLessThan(6);
    const shown = await ask('turned.jpg?w=160&h=160&fit=crop&crop=faces&fm=png');
    const straight = await ask('right.png?w=160&h=160&fit=crop&crop=faces&fm=png');
    expect(await difference(shown.body, straight.body)).toBeLessThan(6);
  });

  test('face-blur and face-pixel hide the face, and every pixel away from it stays', async () => {
    const { bounds } = (await facesOf('right.png'))[0]!;
    const plain = (await ask('right.png?fm=png')).body;
    for (const hiding of ['face-blur=1', 'face-pixel=1', 'face-pixelate=60&face-blur=100']) {
      const answer = await ask(`right.png?fm=png&${hiding}`);
      expect(answer.headers['fovea-warning']).toBeUndefined();
      const { x: left, y: top, width, height } = bounds;
      const face = { left, top, width, height };
      expect(
        await difference(await part(answer.body, face), await part(plain, face)),
        hiding,
      ).toBeGreaterThan(8);
      const right = left + width * 1.5;
      for (const away of [
        { left: 0, top: 0, width: Math.floor(left - width / 2), height: 320 },
        { left: Math.ceil(right), top: 0, width: 959 - Math.ceil(right), height: 320 },
      ]) {
        const parts = [await part(answer.body, away), await part(plain, away)] as const;
        expect(await difference(...parts), hiding).toBe(0);
      }
    }
    const leaves = (await ask('leaves.jpg?fm=png&face-blur=70')).body;
    expect(await difference(leaves, (await ask('leaves.jpg?fm=png')).body)).toBe(0);
  });

  test('a face that moves is hidden in every frame', async () => {
    const { body } = await ask('moving.gif?face-blur=1');
    for (const page of [0, 1]) {
      server.put(`frame${page}.png`, await sharp(body, { page }).png().toBuffer());
      expect(await facesOf(`frame${page}.png`)).toEqual([]);
    }
  });

  test('of an animation the first frame decides for all', async () => {
    const { body } = await ask('moving.gif?w=160&h=160&fit=crop&crop=faces');
    const { pages } = await sharp(body).metadata();
    expect(pages).toBe(2);
    const frame = (page: number) => sharp(body, { page }).png().toBuffer();
    const shown = { left: 580, top: 0, width: 320, height: 320 };
    expect(
      await difference(await frame(0), await part(pictures['right.png']!, shown)),
    ).toBeLessThan(12);
    // The second frame shows the portrait at the left, so nothing but grey is here.
    const canvas = { width: 160, height: 160, channels: 3, background: GREY } as const;
    const grey = await sharp({ create: canvas }).png().toBuffer();
    expect(await difference(await frame(1), grey)).toBeLessThan(4);
  });

  test('fp-debug draws cross-hairs through the focal point', async () => {
    const focal = 'leaves.jpg?w=200&h=100&fit=crop&crop=focalpoint&fp-x=.25&fp-y=.5&fm=png';
    const { body } = await ask(`${focal}&fp-debug=1`);
    const { data, info } = await sharp(body)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
    ];
    // The window of 480 x 240 stands at the left; the point is a quarter into it.
    expect(at(50, 5)).toEqual([255, 0, 0]);
    expect(at(5, 49)).toEqual([255, 0, 0]);
    expect(at(51, 5)).toEqual([255, 255, 255]);
    const plain = await ask(focal);
    const others = await sharp(plain.body).removeAlpha().raw().toBuffer();
    expect(at(120, 20)).toEqual([
      ...others.subarray((20 * 200 + 120) * 3, (20 * 200 + 120) * 3 + 3),
    ]);
  });
});

describe('a model that cannot be loaded', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const copy = mkdtempSync(join(tmpdir(), 'fovea-broken-'));
  afterAll(() => rmSync(copy, { recursive: true, force: true }));
  const MODEL = 'dist/vision/faces/model/';
  const isNoMap = (file: string) => !file.endsWith('.map');

  test.each<[string, string, string]>([
    ['gone', 'ssd_mobilenetv1_model.bin', 'gone'],
    ['no-kernels', 'tfjs-backend-wasm-simd.wasm', 'cut'],
    ['cut', 'face_landmark_68_model.bin', 'cut'],
    ['no-code', 'face-api.cjs', 'cut'],
  ])(
    '%s: the picture is made as if it showed no face, with a warning (%s %s)',
    async (name, file, how) => {
      const folder = join(copy, name);
      cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: isNoMap });
      cpSync(join(root, 'package.json'), join(folder, 'package.json'));
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      const path = join(folder, MODEL, file);
      if (how === 'gone') rmSync(path);
      else writeFileSync(path, readFileSync(path).subarray(0, 1000));
      const dist = pathToFileURL(join(folder, 'dist/'));
      const server = await startServer({
        dist,
        pictures: { 'a.png': await wide(600) },
        settings: { 'metrics.token': TOKEN },
      });
      try {
        const target = '/imgix/a.png?w=160&h=160&fit=crop&fm=png&crop=';
        const faces = await server.ask(`${target}faces,left`);
        expect(faces.status).toBe(200);
        expect(faces.headers['fovea-warning']).toContain('Faces could not be looked for');
        // It is no last word: it counts for a minute, then it is tried again.
        expect(secondsLeft(faces)).toBeLessThanOrEqual(60);
        const left = await server.ask(`${target}left`);
        expect(left.headers['fovea-warning']).toBeUndefined();
        expect(await difference(faces.body, left.body)).toBe(0);
        const area = await server.ask('/imgix/a.png?w=90&h=90&fit=facearea&fm=png');
        expect(area.status).toBe(200);
        expect(await sharp(area.body).metadata()).toMatchObject({ width: 90, height: 30 });
        const json = await server.ask('/imgix/a.png?fm=json&faces=1');
        expect([json.status, JSON.parse(json.body.toString()).Faces]).toEqual([200, []]);
        const blurred = await server.ask('/imgix/a.png?w=160&fm=png&face-blur=50');
        expect(blurred.headers['fovea-warning']).toContain('Faces could not be looked for');
        const plain = await server.ask('/imgix/a.png?w=160&fm=png');
        expect([blurred.status, await difference(blurred.body, plain.body)]).toEqual([200, 0]);
        const metrics = await server.ask('/_fovea/metrics', {
          headers: { authorization: `Bearer ${TOKEN}` },
        });
        expect(metrics.body.toString()).toMatch(/^fovea_failed_findings_total 4$/m);
      } finally {
        await server.stop();
      }
    },
  );
});

describe('a render worker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-loaded-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The modules that a worker has loaded once it has answered a request for a query. */
  async function loadedFor(name: string, query: string): Promise<string[]> {
    const list = join(folder, `${name}.json`);
    const preload = join(folder, `${name}.cjs`);
    writeFileSync(
      preload,
      `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache))));`,
    );
    const program = fileURLToPath(new URL('../../dist/engine/worker.js', import.meta.url));
    const worker = fork(program, [], {
      serialization: 'advanced',
      execArgv: ['--require', preload],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const asked = {
      method: 'GET',
      target: `/a.png?${query}`,
      headers: {},
      accepts: new Set<FormatName>(),
      now: 0,
      upload: false,
    } as const;
    const { plan } = imgix.compile(asked, { name: 'a', origin: 'folder' });
    const request: WorkerRequest = {
      ...{
        id: 1,
        kind: 'render',
        sourceHash: 'a',
        plan: canonicalize(plan),
        accepts: [],
        threads: 1,
      },
      source: { bytes: await wide(600) },
      budget: { mode: 'online', milliseconds: 1000 },
      limits: DEFAULT_PICTURE_LIMITS,
      resultFile: join(folder, 'result'),
    };
    const answered = new Promise<{ kind: string }>((resolve) => {
      worker.on('message', (message: { kind: string }) => {
        if (message.kind === 'ready') worker.send(request);
        else resolve(message);
      });
    });
    expect(await answered).toMatchObject({ kind: 'done' });
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.disconnect();
    await gone;
    return JSON.parse(readFileSync(list, 'utf8'));
  }

  const isModel = (file: string) => file.endsWith('face-api.cjs');

  test('loads nothing of the detector for a picture that needs no faces', async () => {
    const loaded = await loadedFor('plain', 'w=99&h=50&fit=crop&crop=left&fm=png');
    expect(loaded.filter(isModel)).toEqual([]);
    // The list is one of what was loaded.
    expect(loaded.some((file) => file.includes('sharp'))).toBe(true);
  });

  test('loads it for one that does', async () => {
    const loaded = await loadedFor('faces', 'w=99&h=50&fit=crop&crop=faces&fm=png');
    expect(loaded.filter(isModel)).toHaveLength(1);
  });
});
