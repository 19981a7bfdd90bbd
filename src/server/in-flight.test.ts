import { describe, expect, test } from 'vitest';
import { InFlight } from './in-flight.ts';

/** Work that ends when it is told to. */
function held(places: InFlight, source?: string) {
  let end: () => void = () => {};
  const working = new Promise<'done'>((resolve) => {
    end = () => resolve('done');
  });
  return { ended: places.run(() => working, source), end };
}

describe('places for work', () => {
  test('are as many as there are, and free again when work ends or fails', async () => {
    const places = new InFlight(2);
    const [first, second] = [held(places, 'a'), held(places, 'a')];
    expect(places.full).toBe(true);
    expect(await held(places, 'a').ended).toBeUndefined();
    first.end();
    expect(await first.ended).toBe('done');
    await expect(places.run(() => Promise.reject(new Error('failed')), 'a')).rejects.toThrow();
    expect(places.count).toBe(1);
    second.end();
    await second.ended;
    expect(places.count).toBe(0);
  });

  test('are not all for one of several sources', async () => {
    const places = new InFlight(8, true);
    const own = Array.from({ length: 6 }, () => held(places, 'slow'));
    expect(await held(places, 'slow').ended).toBeUndefined();
    const other = held(places, 'other');
    expect(places.count).toBe(7);
    for (const { end } of [...own, other]) end();
    expect(await other.ended).toBe('done');
    await Promise.all(own.map(({ ended }) => ended));
    const again = held(places, 'slow');
    again.end();
    expect(await again.ended).toBe('done');
  });
});
