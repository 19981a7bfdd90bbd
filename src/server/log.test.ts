import { describe, expect, test } from 'vitest';
import { loggable } from './log.ts';

describe('loggable', () => {
  test.each([
    ['/a.jpg?s=secret', '/a.jpg', 'no query'],
    ['/full/https://user:pass@host/a.jpg', '/full/https://host/a.jpg', 'no user info'],
    ['/https%3A%2F%2Fuser%3Apass%40host%2Fa.jpg', '/https%3A//host%2Fa.jpg', 'nor encoded'],
    ['/full/https://a@b@host/a.jpg', '/full/https://host/a.jpg', 'however many'],
    ['/full/https://host/a@2x.jpg', '/full/https://host/a@2x.jpg', 'a name may hold the sign'],
  ])('%s is %s (%s)', (target, shown) => {
    expect(loggable(target)).toBe(shown);
  });

  test('is at most 300 characters and an ellipsis', () => {
    expect(loggable(`/${'a'.repeat(9000)}`)).toBe(`/${'a'.repeat(299)}…`);
  });
});
