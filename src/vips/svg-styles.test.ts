import { expect, test } from 'vitest';
import { rendered } from './pictures.suite.ts';

const scale = (side: number) =>
  ({ kind: 'scale', width: side, height: side, filter: 'lanczos3' }) as const;

test('a drawing sees the size it is drawn at, and its styles are those of browsers', async () => {
  const css = ':root{--in:#f00}rect{fill:var(--in,#0f0)}@media (max-width:30px){rect{fill:#00f}}';
  const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><style>${css}</style><rect width="40" height="40"/></svg>`;
  const first = async (side: number) =>
    [
      ...(await rendered(new TextEncoder().encode(text), [scale(side)])).raster.data.subarray(0, 3),
    ].join();
  expect([await first(20), await first(40), await first(80)]).toEqual([
    '0,0,255',
    '255,0,0',
    '255,0,0',
  ]);
});
