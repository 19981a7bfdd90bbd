/**
 * Cost: how long an encoding is likely to take, before the first one is made.
 *
 * Milliseconds per megapixel on one core of a machine that writes a progressive
 * mozjpeg at 60; means of photographs and graphics at 0.4 to 1 megapixel. Once a task
 * has made one encoding, the ratio of what it took to what stands here corrects the rest.
 */
import type { Encoding } from '../../image/encoding.ts';

/** Milliseconds per megapixel for encoding alone. */
export function encodeCost(encoding: Encoding): number {
  switch (encoding.format) {
    case 'jpeg': {
      const chroma = encoding.chroma === '4:4:4' ? 1.6 : 1;
      return (
        chroma * { fast: 7, trellis: 40, full: encoding.progressive ? 60 : 42 }[encoding.effort]
      );
    }
    case 'webp':
      if (encoding.mode !== 'lossy') {
        return [75, 300, 300, 300, 400, 400, 800][Math.min(6, encoding.effort)]!;
      }
      return (
        (encoding.effort < 2 ? 21 : encoding.effort < 6 ? 78 : 230) +
        (encoding.smartSubsample ? 80 : 0)
      );
    case 'avif': {
      const cost = [63, 155, 300, 600, 3000][Math.min(4, encoding.effort)]!;
      return encoding.depth === 10 ? cost * 1.6 : cost;
    }
    case 'png':
      if (encoding.palette !== undefined) return encoding.effort < 10 ? 500 : 1200;
      return encoding.effort < 4 ? 20 : encoding.effort < 10 ? 90 : 900;
    case 'gif':
      return encoding.effort < 4 ? 230 : encoding.effort < 10 ? 650 : 1000;
  }
}

/** Milliseconds per megapixel for decoding the result and comparing it. */
export function measureCost(encoding: Encoding): number {
  const decode = { jpeg: 7, webp: 22, avif: 46, png: 5, gif: 5 }[encoding.format];
  return decode + 13;
}
