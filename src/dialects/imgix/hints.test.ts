import { describe, expect, test } from 'vitest';
import { lower } from '../../plan/lower.ts';
import { compile, sourceInfo } from './fixtures.suite.ts';
import { hintsOf, WIDTHS } from './hints.ts';
import { brokenFormats } from './translate/safari.ts';

describe('client hints', () => {
  test.each<['width' | 'dpr' | 'save-data', Record<string, string>, object, string]>([
    // ch, headers                                     hints                    why
    ['width', { width: '441' }, { width: 441 }, 'on the ladder'],
    ['width', { width: '442' }, { width: 512 }, 'rounded up'],
    ['width', { 'sec-ch-width': '90', width: '441' }, { width: 100 }, 'Sec-CH first'],
    ['width', { width: '0' }, {}, 'too small'],
    ['width', { width: '9000' }, {}, 'too wide'],
    ['dpr', { dpr: '2.625' }, { dpr: 3 }, 'in halves'],
    ['dpr', { dpr: '6' }, {}, 'too dense'],
    ['dpr', { width: '441' }, {}, 'not asked for'],
    ['save-data', { 'save-data': 'on' }, { saveData: true }, 'on'],
    ['save-data', { 'save-data': '?1' }, {}, 'anything else'],
  ])('ch=%s with %j gives %j (%s)', (word, headers, expected) => {
    const { vary: _, accept: __, ...hints } = hintsOf([word], headers);
    expect(hints).toEqual({ saveData: false, ...expected });
  });

  test('the ladder is the one of the clients: 31 steps of 16 %', () => {
    expect(WIDTHS).toHaveLength(31);
    expect([WIDTHS[0], WIDTHS.at(-1)]).toEqual([100, 8192]);
  });

  test('a Width hint is in device pixels and replaces w', () => {
    const size = (query: string, headers: Record<string, string>) => {
      const lowered = lower(compile(query, headers).plan, sourceInfo('900x600 jpeg'), new Set());
      return lowered.kind === 'program' && `${lowered.program.size.width}`;
    };
    expect(size('ch=Width&w=100', { width: '441' })).toBe('441');
    expect(size('ch=Width,DPR&w=100&dpr=4', { width: '441', dpr: '2' })).toBe('441');
    expect(size('ch=DPR&w=150', { dpr: '2' })).toBe('300');
    expect(size('ch=DPR&w=150', {})).toBe('150');
    expect(size('w=150', { dpr: '2', width: '441' })).toBe('150');
  });

  test('Save-Data asks for less, unless q is given', () => {
    const quality = (query: string) => {
      const { output } = compile(query, { 'save-data': 'on' }).plan;
      return output.kind === 'picture' && output.quality.kind;
    };
    expect(quality('ch=save-data&w=9')).toBe('target');
    expect(quality('ch=save-data&w=9&q=80')).toBe('quality');
    expect(quality('w=9')).toBe('quality');
  });
});

describe('user agents', () => {
  const ua = (version: string) =>
    `Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Safari/605.1.15`;

  test.each([
    [ua('14.1.2'), ['avif', 'webp']],
    [ua('16.3'), ['avif']],
    [ua('16.4'), []],
    [ua('16.3 Mobile/15E148'), ['avif']],
    ['Mozilla/5.0 (Windows) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36', []],
    [undefined, []],
  ])('%s cannot show %j', (agent, formats) => {
    expect(brokenFormats(agent)).toEqual(formats);
  });

  test('decide nothing: the Accept header does', () => {
    const headers = { 'user-agent': ua('14.1') };
    expect(compile('auto=format', headers).plan).toEqual(compile('auto=format').plan);
  });
});
