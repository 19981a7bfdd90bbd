/**
 * `explain` on the README's own configuration and on folders that are there.
 * The engine is a stand-in that counts its starts: a plan must not wait for workers.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeEngine } from '../server/exchange.suite.ts';
import { command } from './command.suite.ts';

let starts = 0;
let closes = 0;
vi.mock('../engine/create.ts', () => ({
  createEngine: async () => {
    starts += 1;
    return fakeEngine({
      explain: async () => ({ plan: 'plan', key: 'ab', program: ['resize -> 300x200'] }),
      close: async () => {
        closes += 1;
      },
    });
  },
}));
beforeEach(() => {
  starts = 0;
  closes = 0;
});

const folder = mkdtempSync(join(tmpdir(), 'fovea-explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'pictures'));
writeFileSync(join(folder, 'pictures', 'a.jpg'), 'bytes');

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const sample = join(folder, 'fovea.yaml');
writeFileSync(sample, /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');

const own = join(folder, 'own.json');
writeFileSync(
  own,
  JSON.stringify({
    sources: [
      {
        name: 'shop',
        dialect: 'imgix',
        mount: '/shop',
        hosts: ['img.example.com'],
        origin: { kind: 'folder', path: './pictures' },
        signing: { tokens: ['FOO123bar'], required: true },
      },
      {
        name: 'closed',
        dialect: 'fastly',
        mount: '/closed',
        origin: { kind: 'folder', path: './pictures' },
        signing: { tokens: ['a key of sixteen!'] },
      },
      {
        name: 'open',
        dialect: 'imgix',
        mount: '/open',
        origin: { kind: 'folder', path: './pictures' },
      },
    ],
  }),
);
const explain = (url: string, config = own, ...flags: string[]) =>
  command(['explain', url, '--config', config, ...flags]);

/** A plan of some steps, among them a resize. */
const PLAN = /^plan\n(?: {2}.*\n)*? {2}resize /m;

describe('explain, without the source', () => {
  test("shows the plan of the README's example, although it is not signed and its host is nowhere", async () => {
    const { code, out, err } = await explain('/press/a.jpg?w=300&fit=crop&fm=auto', sample);
    expect(err).toBe('');
    expect(out).toContain('source      press (imgix) at /press\n');
    expect(out).toContain('origin      https://origin.example.com/\n');
    expect(out).toMatch(PLAN);
    expect(out).toMatch(/^(note|warning) +fm: /m);
    expect(out).toMatch(
      /^signature {3}missing; the server would refuse this URL with 403 \(signature-invalid\)$/m,
    );
    expect(out).toMatch(/^problem {5}.*\(source-unresolvable\)$/m);
    expect([code, starts]).toEqual([1, 0]);
  });

  test('says which folder has to be made, and explains other sources without it', async () => {
    const shop = await explain('http://images.example.com/a.jpg?width=300', sample);
    expect(shop.out).toMatch(PLAN);
    expect(shop.out).toContain(
      `problem     expected a folder, got nothing at ${join(folder, 'images')}; make it first`,
    );
    expect([shop.code, starts]).toEqual([1, 0]);
    const any = await explain('/imageoptim/mysite/300/https://img.example.com/a.jpg', sample);
    expect(any.out).toMatch(PLAN);
    expect(any.err).toBe('');
  });

  test('starts no engine for a file that is not there', async () => {
    const { code, out } = await explain('/open/nowhere.jpg?w=300');
    expect(out).toMatch(/^plan\n {2}orient [\s\S]*^problem .*\(source-not-found\)$/m);
    expect([code, starts]).toEqual([1, 0]);
  });

  test('signs a URL of a dialect without a signature of its own', async () => {
    const { code, out } = await explain('/closed/a.jpg?width=300');
    expect([code, starts]).toEqual([1, 1]);
    const signed = /^signed +(\S+)$/m.exec(out)?.[1] ?? '';
    expect(signed).toMatch(/^\/closed\/a\.jpg\?width=300&sig=[\w-]{43}$/);
    const again = await explain(signed);
    expect(again.out).not.toMatch(/^sign/m);
    expect(again.code).toBe(0);
    const wrong = await explain(`${signed.slice(0, -43)}${'A'.repeat(43)}`);
    expect(wrong.out).toMatch(/^signature {3}wrong;/m);
    expect(wrong.out).toContain(`signed      ${signed}\n`);
  });

  test('signs a URL, and the signed one is good', async () => {
    const { code, out } = await explain('/shop/a.jpg?w=300');
    expect(code).toBe(1);
    const signed = /^signed +(\S+)$/m.exec(out)?.[1] ?? '';
    expect(signed).toMatch(/^\/shop\/a\.jpg\?w=300&s=[0-9a-f]{32}$/);
    const again = await explain(signed);
    expect(again.out).not.toMatch(/^sign/m);
    expect(again.code).toBe(0);
    const wrong = await explain(`http://img.example.com/a.jpg?s=${'0'.repeat(32)}&w=300`);
    expect(wrong.out).toMatch(/^signature {3}wrong;/m);
    expect(wrong.out).toContain(
      `signed      http://img.example.com${signed.replace('/shop', '')}\n`,
    );
  });

  test('explains an expired URL', async () => {
    const { code, out } = await explain('/open/a.jpg?w=300&expires=1');
    expect(out).toMatch(/^refused {5}the server would answer 404: .*\(link-expired\)$/m);
    expect(out).toMatch(PLAN);
    expect(code).toBe(1);
  });
});

describe('explain, with the source', () => {
  test('adds the program, with one engine that is closed again', async () => {
    const { code, out } = await explain('/open/a.jpg?w=300');
    expect(out).toContain('source      open (imgix) at /open\n');
    expect(out).toContain(`origin      folder ${join(folder, 'pictures')}\n`);
    expect(out).toContain('accepts     avif, webp');
    expect(out).toMatch(/^plan\n {2}orient [\s\S]*^program\n {2}resize -> 300x200\n/m);
    expect([code, starts, closes]).toEqual([0, 1, 1]);
  });

  test('gives the same facts as JSON', async () => {
    const url = 'http://img.example.com/a.jpg?auto=format';
    const { code, out } = await explain(url, own, '--json', '--accept', 'image/webp');
    expect(JSON.parse(out)).toMatchObject({
      source: 'shop',
      places: ['/shop', 'img.example.com'],
      target: '/a.jpg?auto=format',
      accepts: ['webp'],
      reference: { kind: 'path', path: 'a.jpg' },
      refusal: { code: 'signature-invalid', status: 403, signature: { state: 'missing' } },
      plan: expect.stringContaining('format webp when accepts webp'),
      explanation: { key: 'ab' },
    });
    expect(code).toBe(1);
  });
});
