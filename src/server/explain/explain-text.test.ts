import { expect, test } from 'vitest';
import { sourceInfo } from '../../image/source-info.suite.ts';
import { sourceText } from './explain-text.ts';

const facts = {
  ...{ source: 'shop', dialect: 'imgix', places: ['/shop'], origin: 'folder', target: '/a.avif' },
  ...{ url: '/shop/a.avif', accepts: [], diagnostics: [] },
} as const;

test('what an answer cannot show of the colors of a source is said with its facts', () => {
  const source = sourceInfo({
    format: 'avif',
    gainMap: true,
    unknownColor: 'code points 1/99',
  });
  const text = sourceText({ ...facts, explanation: { plan: '', key: 'ab', source } });
  expect(text).toMatch(/^file {8}avif 2000x1200/);
  expect(text).toMatch(/^warning .*code points 1\/99/m);
  expect(text).toMatch(/^note .*gain map/m);
});
