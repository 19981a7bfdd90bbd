import { describe, expect, test } from 'vitest';
import { Fault } from '../base/fault.ts';
import { ConfigError } from '../server/config/config.ts';
import { reportFailure } from './failures.ts';
import { countFlag } from './flags.ts';

const failure = (error: unknown, env: Record<string, string> = {}) => {
  let text = '';
  const err = (part: string) => {
    text += part;
  };
  const code = reportFailure(error, { env, out: () => {}, err, stopped: Promise.resolve() });
  return { code, text };
};

/** An error of the system as Node throws it. */
const system = (fields: object) => Object.assign(new Error('E: raw words'), fields);

describe('a failure in a sentence', () => {
  test.each([
    [
      { code: 'EACCES', syscall: 'mkdir', path: '/x/c' },
      'Cannot use /x/c: not permitted (EACCES).',
    ],
    [
      { code: 'EPERM', syscall: 'mkdir', path: '/sys/a' },
      'Cannot use /sys/a: not permitted (EPERM).',
    ],
    [
      { code: 'EROFS', syscall: 'open', path: '/x' },
      'Cannot use /x: the file system is read-only (EROFS).',
    ],
    [
      { code: 'ENOTDIR', syscall: 'mkdir', path: '/x/a.txt/c' },
      'Cannot use /x/a.txt/c: a part of the path is a file, not a folder (ENOTDIR).',
    ],
    [{ code: 'EWEIRD', syscall: 'open', path: '/x' }, 'Cannot use /x: EWEIRD.'],
    [
      { code: 'EMFILE', syscall: 'spawn' },
      'The system refused (spawn): too many files are open in this process (EMFILE).',
    ],
    [
      { code: 'EACCES', syscall: 'listen', address: '0.0.0.0', port: 443 },
      'Not permitted to use port 443; choose one from 1024 on with --port.',
    ],
    [
      { code: 'EADDRINUSE', syscall: 'listen', address: '::1', port: 65535 },
      'Port 65535 on ::1 is in use; choose another with --port 65534.',
    ],
    [
      { code: 'EADDRNOTAVAIL', syscall: 'listen', address: '192.0.2.1', port: 80 },
      '192.0.2.1 is no address of this machine; choose one with --host.',
    ],
    [
      { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'nowhere.invalid' },
      'nowhere.invalid is no address of this machine; choose one with --host.',
    ],
  ])('%j', (fields, sentence) => {
    expect(failure(system(fields))).toEqual({ code: 1, text: `${sentence}\n` });
  });

  test('a fault keeps its own words', () => {
    expect(failure(new Fault('overloaded', 'Too much work.')).text).toBe('Too much work.\n');
  });

  test('what is a mistake of the program says so before its stack', () => {
    const { text } = failure(new TypeError('no such thing'));
    expect(text).toMatch(
      /^Fovea has made a mistake; please report it [^\n]*\nTypeError: no such thing\n/,
    );
  });
});

test('a flag that does not fit is no fault of the configuration', () => {
  const thrown = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(failure(thrown(() => countFlag('0', '--jobs', 64)))).toEqual({
    code: 2,
    text: 'The command cannot be run:\n  expected a whole number from 1 to 64 for --jobs, got 0\n',
  });
  expect(failure(new ConfigError(['expected a port'])).text).toBe(
    'The configuration cannot be used:\n  expected a port\n',
  );
});

test('nothing in a name moves the cursor of a terminal', () => {
  const path = 'a\u001b[2J\r\nb\u009b\u007f';
  const shown = 'a?[2J??b??';
  expect(failure(system({ code: 'EACCES', syscall: 'open', path })).text).toContain(` ${shown}: `);
  expect(failure(new ConfigError([`got ${path}`])).text).toContain(`got ${shown}\n`);
});
