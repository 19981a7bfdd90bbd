import { describe, expect, test } from 'vitest';
import { type Config, parseConfig } from './config.ts';
import { followed, TAKES_A_RESTART } from './running-config.ts';

const base = {
  sources: [
    { name: 'a', dialect: 'imgix', mount: '/a', origin: { kind: 'folder', path: '.' } },
    { name: 'b', dialect: 'fastly', mount: '/b', origin: { kind: 'folder', path: '.' } },
  ],
};
const parse = (given: object): Config => parseConfig({ ...base, ...given }, { folder: '/' });

describe('a new configuration for a running server', () => {
  test('the same one takes no restart', () => {
    const config = parse({});
    expect(followed(config, parse({}))).toEqual({ config, restart: [] });
  });

  test('sources, limits and headers are those of the new one', () => {
    const next = parse({
      sources: base.sources.slice(1),
      limits: { pixels: 1000 },
      headers: { timing: false },
      refine: false,
    });
    expect(followed(parse({}), next)).toEqual({ config: next, restart: [] });
  });

  test('what takes a restart stays, and is named', () => {
    const running = parse({});
    const next = parse({
      listen: { port: 9, requests: 3 },
      cache: { folder: '/other', memory: '1MB' },
      workers: 7,
      limits: { bodyMemory: '1MB', pixels: 5 },
    });
    const { config, restart } = followed(running, next);
    expect([...restart].sort()).toEqual([
      'cache.folder',
      'cache.memory',
      'limits.bodyMemory',
      'listen.port',
      'workers',
    ]);
    expect(config.listen).toEqual({ ...running.listen, requests: 3 });
    expect(config.cache).toMatchObject({ folder: running.cache.folder, memory: undefined });
    expect(config.limits).toEqual({ ...running.limits, pixels: 5 });
    expect(config.workers).toBeUndefined();
  });

  test('sockets and the log take a restart, limits and headers do not', () => {
    expect(TAKES_A_RESTART).toContain('listen.host');
    expect(TAKES_A_RESTART).toContain('log.level');
    expect(TAKES_A_RESTART).not.toContain('listen.requests');
    expect(TAKES_A_RESTART).not.toContain('limits.renderTimeout');
  });
});
