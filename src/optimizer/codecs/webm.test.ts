import { expect, test } from 'vitest';
import { WEBM } from './webm.ts';

test.each([
  ['fastest', 'online', 'realtime', 8],
  ['search', 'online', 'realtime', 6],
  ['named', 'online', 'realtime', 6],
  ['final', 'online', 'realtime', 6],
  ['search', 'background', 'realtime', 6],
  ['final', 'background', 'good', 2],
] as const)(
  '%s, %s: a first answer does not wait for the slow encoder',
  (stage, mode, deadline, speed) => {
    const style = {
      stage,
      mode,
      sharpChroma: false,
      fullChroma: false,
      target: 70,
      progressive: false,
    };
    const encoding = WEBM.lossy.encoding(style, 60);
    expect(encoding).toMatchObject({ format: 'webm', deadline, speed });
    const { encode } = WEBM.time;
    expect(encode(encoding)).toBeLessThanOrEqual(deadline === 'realtime' ? 30 : 400);
  },
);
