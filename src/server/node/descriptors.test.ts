import { describe, expect, test } from 'vitest';
import { affordableConnections, openFilesLimit } from './descriptors.ts';

describe('openFilesLimit', () => {
  const limits = (
    soft: string,
  ) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             31414                31414                processes
Max open files            ${soft.padEnd(21)}524288               files
Max locked memory         8388608              8388608              bytes
`;

  test.each([
    [limits('1024'), 1024, 'the soft limit'],
    [limits('unlimited'), undefined, 'none'],
    ['', undefined, 'another system'],
  ])('%# is read (%s)', (text, limit, _why) => {
    expect(openFilesLimit(() => text)).toBe(limit);
  });

  test('is unknown where there is no such file', () => {
    const none = () => {
      throw new Error('ENOENT');
    };
    expect(openFilesLimit(none)).toBeUndefined();
  });
});

describe('affordableConnections', () => {
  test.each([
    // wanted files workers connections why
    [4096, undefined, 2, 4096, 'no limit is known'],
    [4096, 1_048_576, 64, 4096, 'the usual limit of containers'],
    [4096, 1024, 2, 408, 'a connection may hold a file, others need some too'],
    [100, 1024, 2, 100, 'never more than wanted'],
    [4096, 256, 2, 32, 'few files still serve some clients'],
    [4096, 4, 2, 1, 'hardly any'],
  ])(
    '%d wanted of %s files with %d workers is %d (%s)',
    (wanted, files, workers, expected, _why) => {
      expect(affordableConnections(wanted, files, workers)).toBe(expected);
    },
  );
});
