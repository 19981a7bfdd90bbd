import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Breaker, Breakers, type Outcome } from './breaker.ts';
import { isFault } from './fault.ts';

const OPTIONS = { breakerFailures: 3, breakerWindow: 1000, breakerPause: 500 };

function at(options = OPTIONS) {
  const clock = { now: 0 };
  const breaker = new Breaker(options, () => clock.now);
  /** What becomes of a request; `paused` where it is not let through. */
  const ask = (outcome: Outcome) => {
    try {
      breaker.enter()(outcome);
      return outcome;
    } catch (error) {
      if (isFault(error, 'origin-paused')) return 'paused';
      throw error;
    }
  };
  return { breaker, clock, ask };
}

describe('a breaker', () => {
  test('opens after so many failures, and says when to come again', () => {
    const { breaker, clock, ask } = at();
    expect([ask('failed'), ask('failed'), breaker.state]).toEqual(['failed', 'failed', 'closed']);
    expect([ask('failed'), breaker.state, ask('good')]).toEqual(['failed', 'open', 'paused']);
    clock.now = 499;
    expect(() => breaker.enter()).toThrow(expect.objectContaining({ retryAfter: 1 }));
  });

  test('lets one request try after the pause, which closes it or opens it again', () => {
    const { breaker, clock, ask } = at();
    for (let i = 0; i < 3; i++) ask('failed');
    clock.now = 500;
    expect(breaker.state).toBe('half-open');
    const ended = breaker.enter();
    expect(ask('good')).toBe('paused');
    ended('failed');
    expect([breaker.state, ask('good')]).toEqual(['open', 'paused']);
    clock.now = 1000;
    expect([ask('good'), breaker.state]).toEqual(['good', 'closed']);
    // What failed before is forgotten
    expect([ask('failed'), ask('failed'), breaker.state]).toEqual(['failed', 'failed', 'closed']);
  });

  test('learns nothing from a client that goes away, and lets the next one try', () => {
    const { breaker, clock, ask } = at();
    for (let i = 0; i < 3; i++) ask('left');
    expect(breaker.state).toBe('closed');
    for (let i = 0; i < 3; i++) ask('failed');
    clock.now = 500;
    expect([ask('left'), breaker.state]).toEqual(['left', 'half-open']);
    expect([ask('good'), breaker.state]).toEqual(['good', 'closed']);
  });

  test('stays closed while most goes well, and while failures are far apart', () => {
    const well = at();
    for (let i = 0; i < 20; i++)
      expect(well.ask(i % 3 === 2 ? 'failed' : 'good')).not.toBe('paused');
    const rare = at();
    for (let i = 0; i < 20; i++) {
      rare.clock.now += 400;
      expect(rare.ask('failed')).toBe('failed');
      if (i % 2 === 1) rare.clock.now += 1000;
    }
  });

  test('counts an outcome once, and bodies that were cut', () => {
    const { breaker } = at();
    const ended = breaker.enter();
    for (let i = 0; i < 9; i++) ended('failed');
    expect(breaker.state).toBe('closed');
    breaker.failed();
    breaker.failed();
    expect(breaker.state).toBe('open');
  });

  test('with 0 failures never opens', () => {
    const { ask } = at({ ...OPTIONS, breakerFailures: 0 });
    for (let i = 0; i < 99; i++) expect(ask('failed')).toBe('failed');
  });

  test('whatever happens, it lets a request through at the latest after a pause', () => {
    const steps = fc.array(
      fc.tuple(fc.nat(700), fc.constantFrom<Outcome>('good', 'failed', 'left')),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const { clock, ask } = at();
        for (const [wait, outcome] of all) {
          clock.now += wait;
          ask(outcome);
        }
        clock.now += OPTIONS.breakerPause;
        expect(ask('good')).toBe('good');
        expect(ask('good')).toBe('good');
      }),
    );
  });
});

test('servers have breakers of their own, and only so many are remembered', () => {
  const breakers = new Breakers({ ...OPTIONS, breakerFailures: 1 }, () => 0);
  breakers.of('http://a.test').failed();
  expect(breakers.of('http://a.test').state).toBe('open');
  expect(breakers.of('http://a.test:81').state).toBe('closed');
  expect(breakers.paused).toBe(1);
  for (let i = 0; i < 5000; i++) breakers.of(`http://${i}.test`).failed();
  expect(breakers.paused).toBeLessThanOrEqual(1000);
});
