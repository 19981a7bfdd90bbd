import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colorText } from '../../base/color.ts';
import { Fault, isFault } from '../../base/fault.ts';
import { readOptions } from './read.ts';

/** The options as one line, with what differs from the defaults only. */
function text(segment: string): string {
  const { box, density, mode, trim, background, quality, format, timeout, meta } =
    readOptions(segment).options;
  const at = mode.kind === 'crop' ? mode.at : undefined;
  const crop =
    at?.kind === 'point' ? `=${at.x}x${at.y}` : at?.kind === 'side' ? `=${at.side}` : '=auto';
  return [
    box === undefined ? 'full' : `${box.width}${box.height === undefined ? '' : `x${box.height}`}`,
    ...(density === 1 ? [] : [`${density}x`]),
    ...(mode.kind === 'scale-down' ? [] : [`${mode.kind}${at === undefined ? '' : crop}`]),
    ...(trim ? ['trim'] : []),
    ...(colorText(background) === '#ffffff' ? [] : [colorText(background)]),
    ...(quality === 'medium' ? [] : [quality]),
    ...(format === undefined ? [] : [format]),
    ...(timeout === 30 ? [] : [`${timeout}s`]),
    ...(meta ? ['meta'] : []),
  ].join(' ');
}

const warnings = (segment: string) => readOptions(segment).diagnostics.map((d) => d.message);

describe('readOptions', () => {
  test.each([
    // options, result, why
    ['full', 'full', 'no resizing'],
    ['300x200', '300x200', 'a box'],
    ['960', '960', 'a width'],
    ['160x100,2x', '160x100 2x', 'a box and a density'],
    ['2x,160x100', '160x100 2x', 'order is free'],
    ['3x,130,quality=high', '130 3x high', 'seen in pages'],
    ['2x3', '2x3', 'a box of 2 by 3, not a density'],
    ['160x100,1.5x', '160x100 1.5x', 'fractions pass the PHP client'],
    ['full,2x', 'full 2x', 'the PHP client, density without size'],
    ['0010', '10', 'leading zeros'],
    ['10000x10000', '10000x10000', 'the largest box'],
    ['500x500,scale-down', '500x500', 'the default, written out'],
    ['500x500,fit', '500x500 fit', 'enlarging'],
    ['120x120,crop', '120x120 crop=centre', 'the centre'],
    ['120x120,crop=auto', '120x120 crop=auto', 'where the content is'],
    ['1920x1080,crop=left', '1920x1080 crop=left', 'seen in pages'],
    ['100x100,crop=0.333x0.2', '100x100 crop=0.333x0.2', 'a point'],
    ['100x100,crop=1x0', '100x100 crop=1x0', 'a corner'],
    ['100x100,crop=.5x1.', '100x100 crop=0.5x1', 'dots at the ends'],
    ['10x15,pad,bgcolor=FFffFE', '10x15 pad #fffffe', 'the PHP client'],
    ['2048x1024,stretch', '2048x1024 stretch', 'a panorama texture'],
    ['trim=border,25', '25 trim', 'trim and a width'],
    ['bgcolor=0A6', 'full #00aa66', 'three digits'],
    ['bgcolor=%230A6', 'full #00aa66', 'a number sign, encoded'],
    ['bgcolor=%25230A6', 'full #00aa66', 'encoded twice'],
    ['quality=lossless', 'full lossless', 'one option is enough'],
    ['format=h264', 'full h264', 'a chat bot'],
    ['format=png', 'full png', 'a format'],
    ['timeout=34', 'full 34s', 'the PHP client'],
    ['timeout=2.5', 'full 2.5s', 'a decimal point'],
    ['meta,timeout=90', 'full 90s meta', 'the README renderer'],
    ['100x100,,crop,', '100x100 crop=centre', 'empty options are skipped'],
    [' 100x100 , crop ', '100x100 crop=centre', 'blanks around a word'],
    ['100X100,CROP=Left,2X', '100x100 2x crop=left', 'no case'],
    ['160x100%2C2x%2Cquality%3Dhigh', '160x100 2x high', 'decoded once'],
    ['full,fit', 'full fit', 'harmless'],
  ])('reads %s as %s (%s)', (segment, result) => {
    expect(text(segment)).toBe(result);
    expect(warnings(segment)).toEqual([]);
  });

  test.each([
    // options, result, part of the warning, why
    ['low', 'full low', 'quality=low', 'the .NET client'],
    ['100,lossless', '100 lossless', 'quality=lossless', 'the .NET client'],
    ['ff8800', 'full #ff8800', 'bgcolor=ff8800', 'the .NET client'],
    ['10x10,pad,f80', '10x10 pad #ff8800', 'bgcolor=f80', 'three digits with a letter'],
    ['100x100,crop=33x20', '100x100 crop=0.33x0.2', 'percents', 'whole percents'],
    ['100x100,crop=100x100', '100x100 crop=1x1', 'percents', 'the far corner in percents'],
    ['160x100,multiply=2x', '160x100 2x', 'is read as 2x', 'image-optim-upload'],
    ['160x100,scaleDown', '160x100', 'scale-down', 'image-optim-upload'],
    ['9x9,cropX=.2,cropY=0.7', '9x9 crop=0.2x0.7', 'crop=.2x0.7', 'image-optim-upload'],
    ['9x9,cropY=0.7', '9x9 crop=0.5x0.7', 'crop=0.5x0.7', 'the other axis is centred'],
    ['9x9,crop,cropX=0.2', '9x9 crop=0.2x0.5', 'crop=0.2x0.5', 'beside the bare word'],
    ['9x9,0.2x0.7', '9x9 crop=0.2x0.7', 'crop=0.2x0.7', 'a bare point'],
    ['optimize', 'full', 'is read as full', 'the O2System package'],
    ['format=jpg', 'full jpeg', 'jpeg', 'an extension in place of a format'],
    ['format=same', 'full same', 'source format', 'image-optim-upload'],
    ['trim', 'full trim', 'trim=border', 'the bare word'],
    ['timeout=900', 'full 120s', 'at most 120', 'clamped'],
    ['100,sparkle', '100', 'Unknown option sparkle', 'an unknown word'],
    ['100,x100', '100', 'Unknown option x100', 'a height alone does not exist'],
    ['100,color=red', '100', 'Unknown option', 'an unknown key'],
    ['100,__proto__=1,constructor', '100', 'Unknown option', 'names of every object'],
    ['200,100', '100', 'last', 'two sizes'],
    ['2x,3x,9', '9 3x', 'last', 'two densities'],
    ['quality=low,quality=high', 'full high', 'last', 'two qualities'],
    ['9x9,crop=top,crop=left', '9x9 crop=left', 'last', 'two sides'],
    ['fit', 'full fit', 'no effect', 'seen in pages'],
    ['scale-down', 'full', 'no effect', 'without a size'],
  ])('reads %s as %s and warns of %s (%s)', (segment, result, part) => {
    expect(text(segment)).toBe(result);
    expect(warnings(segment).join(' ')).toContain(part);
  });

  test.each([
    // options, part of the message, why
    ['0x100', 'from 1 to 10000', 'no side is zero'],
    ['0', 'from 1 to 10000', 'no side is zero'],
    ['10001', 'from 1 to 10000', 'too wide'],
    ['100x10001', 'from 1 to 10000', 'too high'],
    ['336699', 'from 1 to 10000', 'digits alone are a width before they are a color'],
    ['100x', 'from 0.1x to 10x', 'a density of 100'],
    ['0x', 'from 0.1x to 10x', 'a density of 0'],
    ['multiply=x', 'from 0.1x to 10x', 'a density without a number'],
    ['100,quality=best', 'low, medium, high, lossless', 'a malformed value'],
    ['100,quality=', 'low, medium, high, lossless', 'a missing value'],
    ['100,format=bmp', 'png, jpeg, webm or h264', 'no such format'],
    ['100,format=webp', 'png, jpeg, webm or h264', 'an extension that is off'],
    ['9x9,pad,bgcolor=12', '3 or 6', 'too short'],
    ['9x9,pad,bgcolor=12345678', '3 or 6', 'too long'],
    ['9x9,pad,bgcolor=xyz', '3 or 6', 'no digits'],
    ['100,timeout=0', 'above 0', 'no time'],
    ['100,timeout=-1', 'above 0', 'less than no time'],
    ['100,timeout=1e3', 'above 0', 'not a plain number'],
    ['9x9,crop=middle', 'two fractions', 'no such side'],
    ['9x9,crop=', 'two fractions', 'a missing value'],
    ['9x9,crop=101x5', 'two fractions', 'more than all percents'],
    ['9x9,cropX=left', 'two fractions', 'not a number'],
    ['trim=all', 'border', 'no such trim'],
    ['full,300x200', 'full', 'contradiction'],
    ['full,100', 'full', 'contradiction'],
    ['full,crop', 'full', 'contradiction'],
    ['full,pad', 'full', 'contradiction'],
    ['full,stretch', 'full', 'contradiction'],
    ['optimize,300', 'full', 'contradiction by an alias'],
    ['9x9,fit,crop', 'exclude', 'two modes'],
    ['9x9,crop=left,pad', 'exclude', 'crop and pad'],
    ['9x9,fit,scale-down', 'exclude', 'two modes'],
    ['9x9,pad,cropX=0.5', 'exclude', 'two modes by an alias'],
    ['100,crop', 'width and height', 'crop needs a height'],
    ['100,pad', 'width and height', 'pad needs a height'],
    ['100,stretch', 'width and height', 'stretch needs a height'],
    ['crop', 'width and height', 'crop without a size'],
  ])('refuses %s: %s (%s)', (segment, part) => {
    try {
      readOptions(segment);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
      expect((error as Fault).code).toBe('bad-parameter');
      expect((error as Fault).message).toContain(part);
    }
  });

  test.each(['stretch', 'stretch,2x', 'stretch,quality=low', 'stretch,meta'])(
    '%s is a picture of its own size, with a remark',
    (segment) => {
      const { options, diagnostics } = readOptions(segment);
      expect(options.box).toBeUndefined();
      expect(diagnostics.map(({ message }) => message)).toContain(
        'stretch has no effect without a size.',
      );
    },
  );

  test('of very many words the first hundred are read, with few remarks', () => {
    const many = Array.from({ length: 4000 }, (_, n) => `word${n}`).join(',');
    const { options, diagnostics } = readOptions(`300,${many},low`);
    expect([options.box?.width, options.quality]).toEqual([300, 'medium']);
    expect(diagnostics).toHaveLength(50);
    expect(diagnostics[0]?.message).toContain('at most 100 options, got 4002');
  });

  test('what a client wrote is repeated short and printable', () => {
    const [message = ''] = warnings(`100,${'é"\\'.repeat(60)}`);
    expect(message).toMatch(/^[\x20-\x7e]+$/);
    expect(message.length).toBeLessThan(100);
  });

  test('the order of the options never matters', () => {
    const sets = fc.record(
      {
        size: fc.constantFrom('300x200', '160x100'),
        density: fc.constantFrom('2x', '1.5x', 'multiply=3x'),
        mode: fc.constantFrom(
          'fit',
          'crop',
          'crop=top',
          'crop=0.2x0.7',
          'pad',
          'stretch',
          'crop,crop=left',
          'cropX=.2,cropY=.3',
        ),
        trim: fc.constantFrom('trim', 'trim=border'),
        color: fc.constantFrom('bgcolor=f00', 'ff0000'),
        quality: fc.constantFrom('low', 'quality=high'),
        format: fc.constantFrom('format=png', 'format=jpg'),
        timeout: fc.constant('timeout=5'),
        meta: fc.constant('meta'),
        odd: fc.constantFrom('sparkle', 'a=b'),
      },
      { requiredKeys: ['size'] },
    );
    const orders = sets
      .map((set) => Object.values(set).join(',').split(','))
      .chain((words) =>
        fc.tuple(
          fc.constant(words),
          fc.shuffledSubarray(words, { minLength: words.length, maxLength: words.length }),
        ),
      );
    fc.assert(
      fc.property(orders, ([words, shuffled]) => {
        const [one, other] = [readOptions(words.join(',')), readOptions(shuffled.join(','))];
        expect(other.options).toEqual(one.options);
        expect(other.diagnostics.map((d) => d.message).sort()).toEqual(
          one.diagnostics.map((d) => d.message).sort(),
        );
      }),
    );
  });

  test('any text is read or refused with a fault', () => {
    const bits = fc.constantFrom(
      '1',
      '0',
      'x',
      '.',
      ',',
      '=',
      '%',
      'crop',
      'fit',
      'bgcolor',
      'cropx',
      'full',
      '2x',
      'timeout',
      'ü',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(bits).map((list) => list.join('')),
        ),
        (segment) => {
          try {
            const { options } = readOptions(segment);
            expect(options.density).toBeGreaterThan(0);
          } catch (error) {
            if (!isFault(error, 'bad-parameter')) throw error;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
