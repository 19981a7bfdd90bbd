import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { wordsTo } from './words-to.ts';

/** A stream that takes one text and fails from then on. */
function failing(code: string) {
  const heard: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(text, _, done) {
      if (heard.length > 0) return done(Object.assign(new Error(code), { code }));
      heard.push(text);
      done();
    },
  });
  return { stream, heard };
}

describe('words', () => {
  test.each([
    ['EPIPE', []],
    ['ENOSPC', ['ENOSPC']],
    ['EIO', ['EIO']],
  ])('to a stream that fails by %s are lost as %j, and nothing ends', async (code, expected) => {
    const { stream, heard } = failing(code);
    const lost: string[] = [];
    const say = wordsTo(stream, (reason) => lost.push(reason));
    for (const text of ['a', 'b', 'c']) {
      say(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([heard, lost]).toEqual([['a'], expected]);
  });
});
