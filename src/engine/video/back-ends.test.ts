import { describe, expect, test } from 'vitest';
import type { Timer } from '../timer.ts';
import { BackEnds } from './back-ends.ts';

function rig() {
  const state = { now: 0, version: 'one' as string | undefined, events: [] as string[] };
  const timer = { now: () => state.now, after: () => () => undefined } as unknown as Timer;
  const ends = new BackEnds({
    encoder: 'auto',
    limits: { videoTimeout: 500 },
    timer,
    log: (event, detail) => state.events.push(`${event} ${detail.reason}`),
    appeared: () => state.events.push('appeared'),
    find: () =>
      state.version === undefined
        ? undefined
        : { ref: { kind: 'ffmpeg', path: '/bin/ffmpeg' }, version: state.version },
  });
  return { state, ends };
}

describe('BackEnds', () => {
  test('what is there is used, with its time', () => {
    const { ends } = rig();
    expect(ends.use()).toEqual({
      kind: 'ready',
      backEnd: { kind: 'ffmpeg', path: '/bin/ffmpeg' },
      milliseconds: 500,
    });
  });

  test('nothing there is said so, and what is installed later is found', () => {
    const { ends, state } = rig();
    state.version = undefined;
    expect([ends.use().kind, ends.version()]).toEqual(['none', '']);
    state.version = 'two';
    state.now += 1000;
    expect([ends.use().kind, ends.version()]).toEqual(['ready', 'two']);
    // Workers that may start it have to take the place of the others
    expect(state.events).toEqual(['appeared']);
    state.version = 'three';
    state.now += 1000;
    ends.use();
    expect(state.events).toEqual(['appeared']);
  });

  test('three failures in a row, and it rests for a minute', () => {
    const { ends, state } = rig();
    ends.use();
    ends.failedWith('exit 1');
    ends.failedWith('exit 1');
    ends.worked();
    ends.failedWith('exit 1');
    ends.failedWith('exit 1');
    expect(ends.use().kind).toBe('ready');
    ends.failedWith('exit 1');
    expect(ends.use().kind).toBe('resting');
    // What was not tried counts as no further failure of it
    ends.failedWith(undefined);
    expect(ends.failed).toBe(6);
    expect(state.events).toHaveLength(5);
    state.now += 60_000;
    expect(ends.use().kind).toBe('ready');
    ends.failedWith('exit 1');
    expect(ends.use().kind).toBe('resting');
  });

  test('another version begins anew', () => {
    const { ends, state } = rig();
    ends.use();
    for (let i = 0; i < 3; i++) ends.failedWith('exit 1');
    expect(ends.use().kind).toBe('resting');
    state.version = 'two';
    state.now += 1000;
    expect(ends.use().kind).toBe('ready');
  });
});
