import { describe, expect, test } from 'vitest';
import type { FormatName } from '../image/format.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import { negotiateFormat, type PictureFacts } from './negotiate.ts';
import { type FormatRule, picture } from './output.ts';

const choose = (
  rules: readonly FormatRule[],
  source: FormatName,
  facts: Partial<PictureFacts> = {},
) =>
  negotiateFormat(picture({ formats: rules, quality: { kind: 'quality', jpeg: 75 } }), {
    info: sourceInfo({ format: source }),
    accepts: new Set(),
    size: { width: 2000, height: 1200 },
    animated: false,
    alpha: false,
    untouched: false,
    ...facts,
  });

describe('where no rule holds', () => {
  const webpOnly: FormatRule[] = [{ when: { accepts: 'webp' }, format: 'webp' }];

  test.each<[FormatName, Partial<PictureFacts>, FormatName, string]>([
    ['jpeg', {}, 'jpeg', 'what every client shows'],
    ['png', {}, 'jpeg', 'without a clear pixel'],
    ['png', { alpha: true }, 'png', 'with some'],
    ['jpeg', { alpha: true }, 'png', 'left clear by a step'],
    ['gif', {}, 'png', 'a few colors'],
    ['gif', { animated: true }, 'gif', 'what moves'],
    ['webp', { animated: true, alpha: true }, 'gif', 'whatever it came as'],
  ])('%s with %j becomes %s (%s)', (source, facts, format) => {
    const { chosen, alternatives } = choose(webpOnly, source, facts);
    expect(chosen).toMatchObject({ format, lossless: false, rule: -1 });
    expect(alternatives).toEqual([]);
  });

  test('the format of the source is no rule where this build cannot write it', () => {
    expect(choose([{ format: 'source' }], 'tiff').chosen).toMatchObject({ format: 'jpeg' });
    expect(choose([{ format: 'source' }], 'svg', { alpha: true }).chosen).toMatchObject({
      format: 'png',
    });
  });
});

describe('a final rule', () => {
  const rules: FormatRule[] = [
    { when: { accepts: 'webp' }, format: 'webp', final: true },
    { format: 'png' },
    { format: 'jpeg' },
  ];
  const accepts = new Set<FormatName>(['webp']);

  test('wants its own format; only the file of the source may stand in', () => {
    const { chosen, alternatives } = choose(rules, 'png', { accepts });
    expect(chosen).toMatchObject({ format: 'webp', rule: 0 });
    expect(alternatives).toEqual([{ format: 'png', lossless: false, rule: 1, onlySource: true }]);
  });

  test('for another source there is no alternative', () => {
    expect(choose(rules, 'gif', { accepts }).alternatives).toEqual([]);
  });

  test('what was asked for and is too large for its format is named', () => {
    const size = { width: 20_000, height: 10 };
    const { chosen } = choose([{ format: 'webp' }, { format: 'png' }], 'png', { size });
    expect(chosen).toMatchObject({ format: 'png', insteadOf: 'webp', rule: 1 });
  });
});
