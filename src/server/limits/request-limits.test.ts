import { describe, expect, test } from 'vitest';
import { Fault, isFault } from '../../base/fault.ts';
import { ClientAddress } from './client-address.ts';
import { type Rates, RequestLimits, rateLimitHeaders } from './request-limits.ts';

function at(client: Rates, sources: Record<string, Rates> = {}) {
  const clock = { now: 0 };
  const limits = new RequestLimits({
    client,
    sources: new Map(Object.entries(sources)),
    address: new ClientAddress(['10.0.0.1'], 'x-forwarded-for'),
    now: () => clock.now,
  });
  /** What is said to a client that asks a source. */
  const ask = (from: string, source = 's', kind: 'request' | 'miss' = 'request') => {
    try {
      limits[kind]({ remoteAddress: from, headers: {} }, source);
      return 'admitted';
    } catch (error) {
      if (!isFault(error, 'rate-limited')) throw error;
      return rateLimitHeaders(error).ratelimit;
    }
  };
  return { limits, clock, ask };
}

const TWO = { count: 2, milliseconds: 60_000 };

describe('limits', () => {
  test('of clients are told apart by address, of IPv6 by network', () => {
    const { ask } = at({ requests: TWO });
    const asked = [
      '192.0.2.1',
      '192.0.2.1',
      '192.0.2.1',
      '192.0.2.2',
      '2001:db8::1',
      '2001:db8::2',
    ];
    expect(asked.map((from) => ask(from))).toEqual([
      'admitted',
      'admitted',
      '"client";r=0;t=30',
      'admitted',
      'admitted',
      'admitted',
    ]);
    expect(ask('2001:db8:0:0:ffff::')).toBe('"client";r=0;t=30');
    expect(ask('2001:db8:0:1::')).toBe('admitted');
  });

  test('of a source count all clients, and what it refuses is not taken from the client', () => {
    const { clock, ask } = at(
      { requests: { count: 3, milliseconds: 1e6 } },
      { s: { requests: TWO } },
    );
    expect([ask('192.0.2.1'), ask('192.0.2.2'), ask('192.0.2.3')]).toEqual([
      'admitted',
      'admitted',
      '"source";r=0;t=30',
    ]);
    expect(ask('192.0.2.1', 'other')).toBe('admitted');
    for (let i = 0; i < 9; i++) ask('192.0.2.3');
    clock.now += 30_000;
    expect(ask('192.0.2.3')).toBe('admitted');
    expect([ask('192.0.2.3', 'other'), ask('192.0.2.3', 'other')]).toEqual([
      'admitted',
      'admitted',
    ]);
  });

  test('of misses are counted apart', () => {
    const { ask } = at({ requests: TWO, misses: { count: 1, milliseconds: 1000 } });
    expect([ask('192.0.2.1'), ask('192.0.2.1', 's', 'miss'), ask('192.0.2.1')]).toEqual([
      'admitted',
      'admitted',
      'admitted',
    ]);
    expect(ask('192.0.2.1', 's', 'miss')).toBe('"client-misses";r=0;t=1');
  });

  test('that are not configured count nothing', () => {
    const { limits, ask } = at({ misses: TWO }, { s: {} });
    expect(limits.countsRequests).toBe(false);
    for (let i = 0; i < 99; i++) expect(ask('192.0.2.1')).toBe('admitted');
  });

  test('say their policy', () => {
    const { limits } = at({ requests: { count: 600, milliseconds: 90_000 } });
    const visitor = { remoteAddress: '192.0.2.1', headers: {} };
    for (let i = 0; i < 600; i++) expect(limits.admits(visitor, 's')).toBe(true);
    expect(limits.admits(visitor, 's')).toBe(false);
    expect(() => limits.request(visitor, 's')).toThrow(expect.objectContaining({ retryAfter: 1 }));
    expect(rateLimitHeaders(new Fault('overloaded', 'It is busy.'))).toEqual({});
  });
});
