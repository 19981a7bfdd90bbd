/** Sessions are bounded in number, bytes and time. */
import { describe, expect, test } from 'vitest';
import { Sessions, type TriedPicture } from './sessions.ts';

function pictureOf(length: number): TriedPicture {
  const facts = { name: 'a.jpg', hash: '', format: 'jpeg', size: { width: 1, height: 1 } } as const;
  return { ...facts, bytes: new Uint8Array(length) };
}

function sessions(limits: { bytes?: number; count?: number; idle?: number } = {}) {
  const clock = { time: 1e6, now: () => clock.time };
  const held = new Sessions(clock, { bytes: 1000, count: 3, idle: 60_000, ...limits });
  return { clock, held };
}

describe('Sessions', () => {
  test('a token opens its own picture, and nothing else does', () => {
    const { held } = sessions();
    const one = pictureOf(10);
    const token = held.open(one);
    expect(held.use(token)).toBe(one);
    expect(token).toMatch(/^[\w-]{32}$/);
    for (const other of [undefined, '', `${token}x`, '__proto__']) {
      expect(() => held.use(other)).toThrow(expect.objectContaining({ code: 'source-not-found' }));
    }
  });

  test('the one that was used longest ago makes room, by bytes and by number', () => {
    const { held } = sessions();
    const [first, second] = [held.open(pictureOf(400)), held.open(pictureOf(400))];
    const third = held.open(pictureOf(400));
    expect(() => held.use(first)).toThrow();
    expect([held.count, held.bytes]).toEqual([2, 800]);
    held.open(pictureOf(1));
    held.open(pictureOf(1));
    expect(held.count).toBe(3);
    expect(() => held.use(second)).toThrow();
    expect(held.use(third).bytes.length).toBe(400);
  });

  test('what is not used for its time is forgotten', () => {
    const { held, clock } = sessions();
    const token = held.open(pictureOf(5));
    clock.time += 50_000;
    held.use(token);
    clock.time += 50_000;
    expect(held.use(token).bytes.length).toBe(5);
    clock.time += 60_001;
    expect(() => held.use(token)).toThrow();
    expect([held.count, held.bytes]).toEqual([0, 0]);
  });

  test('one beyond all room is refused, and nothing makes way for it', () => {
    const { held } = sessions();
    const token = held.open(pictureOf(100));
    expect(() => held.open(pictureOf(1001))).toThrow(
      expect.objectContaining({ code: 'upload-too-large' }),
    );
    expect(held.use(token).bytes.length).toBe(100);
  });
});
