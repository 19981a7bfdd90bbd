import { describe, expect, test } from 'vitest';
import type { FormatName } from '../../image/format.ts';
import { optimize } from '../optimize.ts';
import { choice, task, tools } from '../simulated.suite.ts';

describe('no time for any format', () => {
  test.each<[FormatName, FormatName[], string, string]>([
    // chosen, others, written, why
    ['avif', ['webp'], 'webp', 'a third of the time'],
    ['avif', ['webp', 'jpeg'], 'jpeg', 'the fastest of all'],
    ['webp', ['avif'], 'webp', 'the other is slower'],
    ['webp', ['png'], 'webp', 'a PNG takes a twentieth less, for many times the bytes'],
    ['png', ['webp'], 'png', 'as long, all but'],
    ['webp', ['jpeg'], 'jpeg', 'a third of the time'],
  ])('%s beside %j: %s (%s)', async (chosen, others, written) => {
    const input = task(chosen, {
      alternatives: others.map((format) => choice(format)),
      budget: { mode: 'online', milliseconds: 0 },
    });
    const { receipt } = await optimize(input, tools());
    expect(receipt.format).toBe(written);
    expect(receipt.trials).toHaveLength(1);
    expect(receipt.skipped).toBe(true);
  });

  test('with time the chosen format stays', async () => {
    const { receipt } = await optimize(task('avif', { alternatives: [choice('jpeg')] }), tools());
    expect(receipt.format).toBe('avif');
  });

  test('with the work done and time on the clock the chosen format stays, and says that it was cut short', async () => {
    const input = task('avif', {
      alternatives: [choice('jpeg'), choice('webp')],
      budget: { mode: 'online', milliseconds: 0, wall: 10_000 },
    });
    const { receipt } = await optimize(input, tools());
    expect(receipt.format).toBe('avif');
    expect(receipt.cutShort).toBe(true);
    expect(receipt.skipped).toBe(true);
  });
});
