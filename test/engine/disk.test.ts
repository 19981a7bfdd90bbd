/**
 * The disk below the cache misbehaves: files are altered, the folder goes, or
 * nothing can be written. Answers stay right, and none is a 500.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { form } from '../support/client.ts';
import { committed, decode, noise } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** Sources with a file of their own in the store, and one without. */
let pictures: Record<string, Buffer>;
let server: TestServer;

beforeAll(async () => {
  pictures = {
    'noise.png': await noise(400, 300).png().toBuffer(),
    'more.png': await noise(420, 300).png().toBuffer(),
    'third.png': await noise(440, 300).png().toBuffer(),
    'leaves.jpg': committed('leaves.jpg'),
  };
});
beforeEach(async () => {
  server = await startServer({ pictures });
});
afterEach(() => server.stop());

const cache = () => join(server.home, 'cache');

/** Large bodies in the store. */
function bodies(): string[] {
  return readdirSync(cache(), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.body'))
    .map((name) => join(cache(), name));
}

/** Changes one byte of every large body, and its times back where `secretly`. */
function alter({ secretly = false } = {}): void {
  for (const path of bodies()) {
    const { atime, mtime } = statSync(path);
    const bytes = readFileSync(path);
    bytes[Math.floor(bytes.length / 2)]! ^= 0x20;
    writeFileSync(path, bytes);
    if (secretly) utimesSync(path, atime, mtime);
  }
}

/** Puts a file in the place of the cache folder: nothing can be written there, whoever we are. */
function takeNothing(): void {
  rmSync(cache(), { recursive: true, force: true });
  writeFileSync(cache(), 'no folder');
}

describe('files altered in the store', () => {
  test.each([false, true])('a source passed on is right (times put back: %s)', async (secretly) => {
    const first = await server.ask('/imgix/noise.png');
    expect(pictures['noise.png']!.equals(first.body)).toBe(true);
    alter({ secretly });
    const again = await server.ask('/imgix/noise.png');
    expect([again.status, again.headers.etag]).toEqual([200, first.headers.etag]);
    expect(pictures['noise.png']!.equals(again.body)).toBe(true);
    alter({ secretly });
    const part = await server.ask('/imgix/noise.png', {
      headers: { range: 'bytes=180000-180999' },
    });
    expect(part.status).toBe(206);
    expect(pictures['noise.png']!.subarray(180_000, 181_000).equals(part.body)).toBe(true);
  });

  test('a picture is made from the bytes of the origin', async () => {
    const clean = await server.ask('/imgix/noise.png?w=100&fm=png&auto=');
    rmSync(cache(), { recursive: true });
    await server.ask('/imgix/noise.png');
    alter();
    const made = await server.ask('/imgix/noise.png?w=101&fm=png');
    expect(made.status).toBe(200);
    const reference = await startServer({ pictures });
    const right = await reference.ask('/imgix/noise.png?w=101&fm=png');
    await reference.stop();
    expect(right.body.equals(made.body)).toBe(true);
    expect(clean.status).toBe(200);
  });

  test('a stored rendition is made anew', async () => {
    const url = '/imgix/noise.png?w=390&fm=png';
    const first = await server.ask(url);
    expect(first.body.length).toBeGreaterThan(256 * 1024);
    alter();
    const again = await server.ask(url);
    expect(again.headers['cache-status']).not.toMatch(/hit/);
    expect(first.body.equals(again.body)).toBe(true);
    expect((await server.ask(url)).headers['cache-status']).toMatch(/hit/);
  });
});

describe('the cache folder removed while running', () => {
  test('small hits come from memory, sources are read again, large results too', async () => {
    const small = '/imgix/leaves.jpg?w=90&fm=jpg&q=60';
    const before = await server.ask(small);
    await server.ask('/imgix/noise.png');
    rmSync(cache(), { recursive: true });
    const hit = await server.ask(small);
    expect(hit.headers['cache-status']).toMatch(/hit/);
    expect(before.body.equals(hit.body)).toBe(true);
    // Larger than what travels inline, and the folder for it is gone.
    const large = await server.ask('/imgix/more.png?w=390&fm=png');
    expect([large.status, (await decode(large.body)).width]).toEqual([200, 390]);
    const passed = await server.ask('/imgix/noise.png');
    expect(pictures['noise.png']!.equals(passed.body)).toBe(true);
    const full = await server.ask('/imageoptim/full,quality=lossless/third.png');
    expect([full.status, (await decode(full.body)).width]).toEqual([200, 440]);
    expect((await server.ask('/imgix/more.png?w=390&fm=png')).headers['cache-status']).toMatch(
      /hit/,
    );
    expect(server.complaints.filter((text) => text.includes('request failed'))).toEqual([]);
  });
});

describe('a disk that takes nothing', () => {
  test('everything is still answered, as it is kept in memory where it fits', async () => {
    takeNothing();
    const rows = [
      '/imgix/leaves.jpg?w=90&fm=jpg&q=60',
      '/imgix/noise.png?w=390&fm=png',
      '/imgix/noise.png',
      '/fastly/more.png?width=100&format=jpeg&quality=60',
      '/imageoptim/full/third.png',
      '/imageoptim/full,quality=lossless/third.png',
    ];
    for (const url of [...rows, ...rows]) {
      const answer = await server.ask(url);
      expect([url, answer.status, answer.headers.warning]).toEqual([url, 200, undefined]);
      await decode(answer.body);
    }
    const upload = await server.ask('/imageoptim/200', form(pictures['noise.png']!));
    expect([upload.status, (await decode(upload.body)).width]).toEqual([200, 200]);
    expect((await server.ask(rows[0]!)).headers['cache-status']).toMatch(/hit/);
    const passed = await server.ask('/imgix/noise.png');
    expect(pictures['noise.png']!.equals(passed.body)).toBe(true);
    // Told once in a while, not for each of them.
    const told = server.complaints.filter((text) => text.includes('disk-failed'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/ENOTDIR/);
    rmSync(cache());
    await server.ask('/imgix/leaves.jpg?w=91&fm=jpg&q=60');
    expect(readdirSync(cache())).toContain('v1');
  });
});

/** Files that are neither entries nor bodies of the store. */
function temporaries(): string[] {
  return readdirSync(cache(), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && !/\.(entry|body)$/.test(one.name))
    .map((one) => one.name);
}

/** Files of large bodies, as the system tells them apart. */
function bodyFiles(): string[] {
  return readdirSync(cache(), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.name.endsWith('.body'))
    .map((one) => `${one.name} ${statSync(join(one.parentPath, one.name)).ino}`);
}

describe('an upload', () => {
  test.each(['leaves.jpg', 'noise.png'])(
    'of %s is made smaller and leaves nothing unfinished',
    async (name) => {
      for (const asking of [form(pictures[name]!), { method: 'POST', body: pictures[name]! }]) {
        const answer = await server.ask('/imageoptim/200', asking);
        expect([answer.status, (await decode(answer.body)).width]).toEqual([200, 200]);
      }
      expect(temporaries()).toEqual([]);
    },
  );

  test('that is no picture is answered as before it was looked at so early, and closes', async () => {
    const junk = Buffer.alloc(3_000_000, 'no picture ');
    for (const asking of [form(junk), { method: 'POST', body: junk }]) {
      const answer = await server.ask('/imageoptim/200', asking);
      expect([answer.status, answer.headers.connection]).toEqual([400, 'close']);
    }
    expect(temporaries()).toEqual([]);
  });

  test('that is there already leaves the file of the former one to whoever reads it', async () => {
    const noise = pictures['noise.png']!;
    await server.ask('/imageoptim/201', form(noise));
    const files = bodyFiles();
    expect(files.length).toBeGreaterThan(0);
    const answer = await server.ask('/imageoptim/202', form(noise));
    expect((await decode(answer.body)).width).toBe(202);
    expect(bodyFiles()).toEqual(expect.arrayContaining(files));
    expect(temporaries()).toEqual([]);
  });

  test('that is broken is given to nobody else', async () => {
    const broken = Buffer.concat([pictures['noise.png']!.subarray(0, 300_000)]);
    const answer = await server.ask('/imageoptim/200', form(broken));
    expect([400, 422]).toContain(answer.status);
    expect(temporaries()).toEqual([]);
  });
});

test('what a former version kept in other folders goes', async () => {
  const former = join(cache(), 'renditions', 'v1', 'aa');
  const others = join(cache(), 'sources');
  await server.stop({ keep: true });
  mkdirSync(former, { recursive: true });
  writeFileSync(join(former, 'aa00.entry'), 'x');
  mkdirSync(others);
  writeFileSync(join(others, 'mine.txt'), 'not ours');
  server = await startServer({ pictures, home: server.home });
  await expect.poll(() => readdirSync(cache())).toEqual(['savings', 'sources', 'v1']);
  expect(readdirSync(others)).toEqual(['mine.txt']);
});

test('a cache folder that cannot be written to ends the start with a sentence', async () => {
  const file = join(server.home, 'a file');
  writeFileSync(file, '');
  const settings = { 'cache.folder': join(file, 'cache') };
  await expect(startServer({ settings })).rejects.toMatchObject({
    problems: [
      `cache.folder: cannot write to ${file}/cache: a part of the path is a file, not a folder (ENOTDIR)`,
    ],
  });
});
