import { describe, expect, test } from 'vitest';
import { VideoFailure } from '../image/video.ts';
import { runChild } from './child.ts';

/** Node itself as a program of a few words. */
const node = (code: string) => ({ program: process.execPath, args: ['-e', code] });

const LIMITS = { milliseconds: 20_000, bytes: 1e6 };

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('runChild', () => {
  test('what it is given comes back as the program has it', async () => {
    const parts = ['one ', 'two ', 'three'].map((part) => new TextEncoder().encode(part));
    const upper = node(
      "process.stdin.setEncoding('utf8').on('data', (t) => process.stdout.write(t.toUpperCase()))",
    );
    expect(text(await runChild(upper, parts, LIMITS))).toBe('ONE TWO THREE');
  });

  test('more than a pipe holds goes through', async () => {
    const part = new Uint8Array(300_000).fill(65);
    const count = node(
      "let n = 0; process.stdin.on('data', (d) => { n += d.length; }).on('end', () => console.log(n))",
    );
    expect(text(await runChild(count, Array(40).fill(part), LIMITS)).trim()).toBe('12000000');
  });

  test.each([
    [
      'ends with an error',
      "console.error('no such codec'); process.exit(1)",
      /ended with 1: no such codec/,
    ],
    ['reads nothing and ends well with nothing', '', undefined],
    ['never ends', 'setInterval(() => {}, 1000)', /takes longer/],
    ['ends itself', "process.kill(process.pid, 'SIGTERM')", /SIGTERM/],
    [
      'gives without end',
      "setInterval(() => process.stdout.write('x'.repeat(1e6)), 1)",
      /more bytes/,
    ],
  ])('a program that %s', async (_, code, failure) => {
    const parts = Array(20).fill(new Uint8Array(200_000));
    const limits = { ...LIMITS, milliseconds: 3000 };
    const run = runChild(node(code), parts, limits);
    if (failure === undefined) return expect((await run).length).toBe(0);
    await expect(run).rejects.toThrow(VideoFailure);
    await expect(run).rejects.toThrow(failure);
  });

  test('a program that is not there', async () => {
    const run = runChild({ program: '/no/such/program', args: [] }, [new Uint8Array(9)], LIMITS);
    await expect(run).rejects.toThrow(/could not be started/);
  });

  test('it sees PATH and nothing else of the environment', async () => {
    process.env.FOVEA_TEST_SECRET = 'told';
    const names = node('console.log(Object.keys(process.env).join())');
    const seen = text(await runChild({ ...names, env: { OWN: '1' } }, [], LIMITS));
    delete process.env.FOVEA_TEST_SECRET;
    expect(seen).not.toContain('SECRET');
    expect(seen.trim().split(',').sort()).toEqual(expect.arrayContaining(['OWN', 'PATH']));
  });
});
