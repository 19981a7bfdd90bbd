/** Sizes that the documentation and published clients promise (docs/spec/fastly-io.md 7 and 16). */
import { describe, expect, test } from 'vitest';
import { isFault } from '../../base/fault.ts';
import { type Size, sizeText } from '../../base/size.ts';
import { NOTHING_FOUND } from '../../image/findings.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import { lower } from '../../plan/lower.ts';
import { fastly } from './index.ts';

function result(query: string, { width, height }: Size): string {
  const info = sourceInfo({ width, height });
  const { plan } = fastly.compile(
    {
      method: 'GET',
      target: `/a.jpg?${query}`,
      headers: {},
      accepts: new Set(),
      now: 0,
      upload: false,
    },
    { name: 'shop', origin: 'folder' },
  );
  try {
    const lowered = lower(plan, info, new Set(), { findings: NOTHING_FOUND });
    return lowered.kind === 'program' ? sizeText(lowered.program.size) : lowered.kind;
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
}

describe('on 2000x1200', () => {
  test.each([
    // query                    size        why
    ['', '2000x1200', 'dimensions are kept'],
    ['width=640', '640x384', 'the missing side follows'],
    ['height=300', '500x300', 'the missing side follows'],
    ['width=33.3p', '666x400', 'percent'],
    ['width=250p', '2000x1200', 'upscaling is off'],
    ['width=250p&enable=upscale', '5000x3000', 'upscaling is on'],
    ['width=2560&enable=upscale', '2560x1536', 'upscaling is on'],
    ['width=200&height=0.50', '200x600', 'forced'],
    ['width=341.3333', '341x205', 'rounded'],
    ['width=2500&height=600', '2000x480', 'the whole box shrinks'],
    ['width=200&dpr=2', '400x240', "the dpr page's example"],
    ['width=640&dpr=1.5', '960x576', 'decimals'],
    ['dpr=2', '2000x1200', 'upscaling is off'],
    ['dpr=2&enable=upscale', '4000x2400', 'dpr alone'],
    ['width=200&height=200&dpr=2&fit=crop', '400x400', 'dpr multiplies the box'],
    ['width=150&height=150&fit=bounds', '150x90', 'inside'],
    ['width=150&height=150&fit=cover', '250x150', 'outside'],
    ['width=2400&height=600&fit=crop', '2000x500', 'the box shrinks'],
    ['width=2400&height=600&fit=crop&enable=upscale', '2400x600', 'upscaling is on'],
    ['width=3000&height=3000&fit=bounds', '2000x1200', 'upscaling is off'],
    ['crop=4:3', '1600x1200', 'largest'],
    ['crop=16:9&width=640', '640x360', 'crop, then width'],
    ['crop=0.8,0.4', '1600x480', 'fractions'],
    ['crop=600,600,x1700,y0', 'region-out-of-bounds', 'the documented error'],
    ['crop=600,600,x1700,y0,safe', '300x600', 'the intersection'],
    ['crop=2400,600,safe', '2000x600', 'the intersection'],
    ['crop=1:1,smart&width=200', '200x200', 'content-aware'],
    ['crop=3:4&width=300&height=300&fit=crop', '300x300', 'crop, then the box'],
    ['precrop=400,300,x10,y20&width=200&height=100&fit=crop', '200x100', 'TYPO3'],
    ['trim=0.25&crop=1:1&width=300', '300x300', 'trim, crop, width'],
    ['crop=1000,500&orient=r&height=400', '200x400', 'crop, orient, height'],
    ['trim=25,50,75', '1900x1100', 'shorthand'],
    ['trim=20.556p,33.333p,20.555p,33.333p', '666x706', "the SDK's vector"],
    ['trim=50p', 'region-out-of-bounds', 'nothing would remain'],
    ['orient=vr', '1200x2000', 'EXIF 5'],
    ['pad=25,50,75,100', '2150x1300', 'top, right, bottom, left'],
    ['pad=10p,10p,10p,10p', '2400x1440', 'percent of each side'],
    ['width=400&pad=10', '420x260', 'pad after the resize'],
    ['width=400&canvas=1:1&pad=30', '400x400', 'pad is ignored'],
    ['canvas=16:9', '2133x1200', 'the smallest canvas'],
    ['width=9000&enable=upscale', '8192x4915', 'the largest output'],
    [
      'auto=webp&quality=80&crop=false&fit=cover&width=426.6666666666667&height=600',
      '1000x600',
      'dropins',
    ],
    ['trim-color=auto', 'measure', 'decided by the pixels'],
  ])('%s gives %s (%s)', (query, size) => {
    expect(result(query, { width: 2000, height: 1200 })).toBe(size);
  });
});

test.each([
  ['1', '240x300', 'the box'],
  ['2', '480x600', 'twice'],
  ['3', '720x900', 'the source'],
  ['4', '720x900', 'and no more'],
])("Magento's guide: 720x900 in 240x300 at dpr %s is %s (%s)", (dpr, size) => {
  const query = `width=240&height=300&fit=bounds&dpr=${dpr}`;
  expect(result(query, { width: 720, height: 900 })).toBe(size);
});

test("the info header's example: 827x788 at width 300 is 300x286", () => {
  expect(result('width=300', { width: 827, height: 788 })).toBe('300x286');
});
