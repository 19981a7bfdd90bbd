import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault, type FaultCode } from '../base/fault.ts';
import { retryAfterSeconds, retryWait } from './retry.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);

describe('retryAfterSeconds', () => {
  test.each<[string | undefined, number | undefined]>([
    ['7', 7],
    [' 0 ', 0],
    ['Fri, 20 Nov 2026 12:00:30 GMT', 30],
    ['Friday, 20-Nov-26 12:00:30 GMT', 30],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['99999999999', undefined],
    ['2026', 2026],
    ['2026-11-20T12:00:30Z', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %s', (value, seconds) => expect(retryAfterSeconds(value, NOW)).toBe(seconds));

  test('is whole seconds or nothing, whatever stands there', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const seconds = retryAfterSeconds(text, NOW) ?? 0;
        expect(Number.isInteger(seconds) && seconds >= 0).toBe(true);
      }),
    );
  });
});

describe('retryWait', () => {
  const fault = (code: FaultCode, detail: object) => new Fault(code, 'It failed.', { ...detail });

  test.each<[FaultCode, object, boolean, string]>([
    ['origin-failed', { status: 502 }, true, 'a gateway'],
    ['origin-failed', { status: 503 }, true, 'busy'],
    ['origin-failed', { status: 504 }, true, 'a gateway again'],
    ['origin-failed', { reason: 'ECONNRESET' }, true, 'the connection'],
    ['origin-failed', { reason: 'EPIPE' }, true, 'the connection'],
    ['origin-timeout', { reason: 'ETIMEDOUT' }, true, 'no connection in time'],
    ['source-unresolvable', { reason: 'EAI_AGAIN' }, true, 'the name server is busy'],
    ['source-unresolvable', { reason: 'ENOTFOUND' }, false, 'no such name'],
    ['origin-failed', { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, false, 'a certificate'],
    ['origin-failed', { status: 500 }, false, 'a bug there'],
    ['origin-failed', { status: 429 }, false, 'patience is asked for'],
    ['source-not-found', { status: 404 }, false, 'no such picture'],
    ['origin-timeout', {}, false, 'its time is over'],
    ['origin-paused', { retryAfter: 1 }, false, 'left alone'],
  ])('%s %j: %s (%s)', (code, detail, again) => {
    expect(retryWait(fault(code, detail), 0, 0.5) !== undefined).toBe(again);
  });

  test('doubles between its bounds, and follows the server', () => {
    const busy = fault('origin-failed', { status: 503 });
    expect([0, 1, 2, 9].map((attempt) => retryWait(busy, attempt, 0))).toEqual([
      100, 200, 400, 2500,
    ]);
    expect(retryWait(busy, 0, 1)).toBe(200);
    expect(retryWait(fault('origin-failed', { status: 503, retryAfter: 3 }), 0, 1)).toBe(3000);
  });
});
