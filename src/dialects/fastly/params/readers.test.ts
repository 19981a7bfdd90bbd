import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PARAMS } from '../params.ts';
import {
  blackWhite,
  blurRadius,
  canvasWindow,
  color,
  colorTrim,
  cropWindow,
  length,
  orientation,
  qualityPair,
  ratio,
  sides,
  unsharp,
} from './readers.ts';

const centre = { kind: 'slack', share: 0.5 };
const square = { kind: 'ratio', ratio: 1 };

describe('length', () => {
  test.each<[string, unknown, string]>([
    // text               value              why
    ['640', { px: 640 }, '1 and above is pixels'],
    ['1', { px: 1 }, '1 is a pixel, not the whole'],
    ['341.3333', { px: 341 }, 'fractional pixels round to the nearest'],
    ['426.6666666666667', { px: 427 }, 'a client divides by three'],
    ['0.5', { share: 0.5 }, 'below 1 is a fraction'],
    ['.5', { share: 0.5 }, 'the grammar allows a bare point'],
    ['50p', { share: 0.5 }, 'p means percent'],
    ['10.000000p', { share: 0.1 }, 'the SDK writes six decimals'],
    ['33.3p', { share: 0.333 }, 'without the noise of binary division'],
    ['250p', { share: 2.5 }, 'above 100 % needs p'],
    ['0', { px: 0 }, 'nothing has one spelling'],
    ['0p', { px: 0 }, 'nothing has one spelling'],
    ['', undefined, 'no number'],
    ['p', undefined, 'no number'],
    ['-20', undefined, 'lengths have no sign'],
    ['+20', undefined, 'lengths have no sign'],
    ['1e3', undefined, 'no exponents'],
    ['NaN', undefined, 'a program without a width'],
    ['50%', undefined, 'the letter stands for the sign'],
    ['9'.repeat(400), undefined, 'would be infinite'],
  ])('%s is %j (%s)', (text, value) => {
    expect(length(text)).toEqual(value);
  });

  test('a percentage and its fraction are the same length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), (n) => {
        const fraction = `0.${String(n).padStart(5, '0')}`;
        const percent = `${Math.floor(n / 1000)}.${String(n % 1000).padStart(3, '0')}p`;
        expect(length(percent)).toEqual(length(fraction));
      }),
    );
  });
});

describe('ratio', () => {
  test.each<[string, number | undefined, string]>([
    ['16:9', 16 / 9, 'crop=16:9'],
    ['4.000000:3.000000', 4 / 3, 'the SDK writes six decimals'],
    ['1.6:0.9', 16 / 9, 'equal ratios are equal numbers'],
    ['0:1', undefined, 'no width'],
    ['1:0', undefined, 'no height'],
    ['1:1:1', undefined, 'two numbers'],
    ['a:b', undefined, 'numbers'],
  ])('%s is %d (%s)', (text, value) => {
    expect(ratio(text)).toBe(value);
  });
});

describe('cropWindow', () => {
  const area = { kind: 'size', width: { px: 600 }, height: { px: 600 } };
  const plain = { area, x: centre, y: centre, safe: false, smart: false };
  test.each<[string, unknown, string]>([
    ['600,600', plain, 'centred by default'],
    ['1:1', { ...plain, area: square }, 'the largest rectangle of a ratio'],
    ['600,600,x0', { ...plain, x: { kind: 'at', length: { px: 0 } } }, 'x without y is allowed'],
    [
      '600,600,x50p,y0',
      {
        ...plain,
        x: { kind: 'at', length: { share: 0.5 } },
        y: { kind: 'at', length: { px: 0 } },
      },
      'coordinates in any unit',
    ],
    [
      '600,600,offset-x10,y20',
      { ...plain, x: { kind: 'slack', share: 0.1 }, y: { kind: 'at', length: { px: 20 } } },
      'axes may differ in kind',
    ],
    ['600,600,offset-x10p', { ...plain, x: { kind: 'slack', share: 0.1 } }, 'one client adds a p'],
    ['600,600,safe,y20', { ...plain, safe: true, y: { kind: 'at', length: { px: 20 } } }, 'order'],
    ['1:1,smart,safe', { ...plain, area: square, smart: true, safe: true }, 'both flags'],
    ['false', undefined, 'sent by a real client'],
    ['600', undefined, 'one number only'],
    ['0,600', undefined, 'no width'],
    ['600,600,x1,offset-x1', undefined, 'coordinate or offset, never both on an axis'],
    ['600,600,x1,x2', undefined, 'one position per axis'],
    ['600,600,offset-x101', undefined, 'an offset is a percentage'],
    ['600,600,clever', undefined, 'no such flag'],
    ['600,600,', undefined, 'an empty part'],
  ])('%s is %j (%s)', (text, value) => {
    expect(cropWindow(text)).toEqual(value);
  });

  test('a canvas knows no flags', () => {
    expect(canvasWindow('1:1,offset-x30')).toEqual({
      area: square,
      x: { kind: 'slack', share: 0.3 },
      y: centre,
    });
    expect(canvasWindow('1:1,safe')).toBeUndefined();
  });
});

describe('sides', () => {
  const px = (...n: number[]) => n.map((value) => ({ px: value }));
  test.each<[string, unknown, string]>([
    ['25,50,75,100', px(25, 50, 75, 100), 'top, right, bottom, left'],
    ['25,50,75', px(25, 50, 75, 50), 'left from right'],
    ['25,50', px(25, 50, 25, 50), 'bottom from top'],
    ['25', px(25, 25, 25, 25), 'all from one'],
    ['0', px(0, 0, 0, 0), 'nothing is a length here'],
    ['1,2,3,4,5', undefined, 'four at most'],
    ['1,,2', undefined, 'no holes'],
    ['-1', undefined, 'no sign'],
  ])('%s is %j (%s)', (text, value) => {
    const found = sides(text);
    expect(found && [found.top, found.right, found.bottom, found.left]).toEqual(value);
  });
});

describe('color', () => {
  test.each<[string, unknown, string]>([
    ['a2e', [170, 34, 238, 1], 'three digits are doubled'],
    ['A2E', [170, 34, 238, 1], 'hex digits of any case'],
    ['123456', [18, 52, 86, 1], 'six digits'],
    ['255,0,128', [255, 0, 128, 1], 'bytes'],
    ['255,0,128,0.500000', [255, 0, 128, 0.5], 'the fourth is the opacity'],
    ['#fff', undefined, 'no leading #'],
    ['12345678', undefined, 'no alpha in hex'],
    ['256,0,0', undefined, 'bytes end at 255'],
    ['0,0,0,2', undefined, 'opacity ends at 1'],
    ['red', undefined, 'no names'],
  ])('%s is %j (%s)', (text, value) => {
    const found = color(text);
    expect(found && [found.red, found.green, found.blue, found.alpha]).toEqual(value);
  });

  test('trim-color takes a color or auto, and a threshold', () => {
    const red = { red: 255, green: 0, blue: 0 };
    expect(colorTrim('auto')).toEqual({ tolerance: 0 });
    expect(colorTrim('auto,t0.2')).toEqual({ tolerance: 0.2 });
    expect(colorTrim('f00,t0.3')).toEqual({ color: { ...red, alpha: 1 }, tolerance: 0.3 });
    expect(colorTrim('255,0,0,0.5')).toEqual({ color: { ...red, alpha: 0.5 }, tolerance: 0 });
    expect(colorTrim('255,0,0,1,t0.5')).toEqual({ color: { ...red, alpha: 1 }, tolerance: 0.5 });
    expect(colorTrim('f00,t2')).toBeUndefined();
    expect(colorTrim('f00,t')).toBeUndefined();
    expect(colorTrim(',t0.5')).toBeUndefined();
  });
});

describe('the smaller grammars', () => {
  test.each<[string, unknown, unknown, string]>([
    ['sharpen', unsharp('a5,r2,t1'), { amount: 5, radius: 2, threshold: 1 }, 'the example'],
    ['sharpen', unsharp('a5'), undefined, 'all three are required'],
    ['sharpen', unsharp('a11,r2,t1'), undefined, 'amount ends at 10'],
    ['sharpen', unsharp('a5,r2,t1,a5'), undefined, 'once each'],
    ['blur', blurRadius('0.500000'), { px: 0.5 }, 'here 0.5 is half a pixel, not a half'],
    ['blur', blurRadius('10.000000p'), { share: 0.1 }, 'percent of the larger side'],
    ['blur', blurRadius('0.4'), undefined, '0.5 is the least'],
    ['blur', blurRadius('0p'), undefined, 'nothing is no blur'],
    ['bw', blackWhite('threshold'), { method: 'threshold', level: 0.49 }, 'default 49'],
    ['bw', blackWhite('threshold,10'), { method: 'threshold', level: 0.1 }, 'a level'],
    ['bw', blackWhite('atkinson'), { method: 'atkinson' }, 'dithering'],
    ['bw', blackWhite('atkinson,10'), undefined, 'the level is of threshold alone'],
    ['quality', qualityPair('85'), { first: 85 }, 'one for all'],
    ['quality', qualityPair('85,75'), { first: 85, webp: 75 }, 'and one for WebP'],
    ['quality', qualityPair('84.6'), { first: 85 }, 'decimals are rounded'],
    ['quality', qualityPair('0'), undefined, '1 is the least'],
    ['quality', qualityPair('101'), undefined, '100 is the most'],
    ['quality', qualityPair('85,'), undefined, 'a comma promises a number'],
    ['orient', orientation('vr'), 5, 'flip first, then turn, in either spelling'],
    ['orient', orientation('vl'), 7, 'flip first, then turn, in either spelling'],
    ['orient', orientation('9'), undefined, '8 is the last'],
    ['orient', orientation('constructor'), undefined, 'only the words of the table'],
  ])('%s: %j is %j (%s)', (_name, found, expected) => {
    expect(found).toEqual(expected);
  });
});

describe('the parameter table', () => {
  test.each(
    `bg-color=123456 bg-color=a2e bg-color=255%2C0%2C128%2C0.500000
     blur=0.500000 blur=10.000000p brightness=-100.000000
     bw=threshold,10 bw=atkinson canvas=100%2C10.000000p
     canvas=4.000000%3A3.000000%2Coffset-x10.000000%2Cy10.000000p
     canvas=200,200,x10 canvas=16:9,offset-x30,offset-y20
     crop=100%2C10.000000p%2Cx10%2Coffset-y10.000000 crop=1:1,x30p,y20p,safe
     crop=4.000000%3A3.000000%2Coffset-x10.000000%2Cy10.000000p%2Csafe
     dpr=1.500000 dpr=3.2 frame=1 viewbox=1
     height=10.000000p width=50p level=5.1 profile=high
     metadata=copyright%2Cc2pa optimize=high orient=7 fit=cover
     pad=10%2C20.000000p%2C20%2C10.000000p trim=20.556p,33.333p,20.555p,33.333p
     precrop=1:1,offset-x30,offset-y15,safe quality=100 saturation=-100.000000
     sharpen=a10.000000%2Cr10.000000%2Ct1 sharpen=a5,r2,t1
     trim-color=255,0,0,1,t0.5 resize-filter=lanczos2 format=jpegxl region=us_east`.split(/\s+/),
  )("reads the SDK's %s", (pair) => {
    const [name = '', text = ''] = pair.split('=');
    const reading = PARAMS[name as keyof typeof PARAMS].read(decodeURIComponent(text));
    expect(reading.expected).toBeUndefined();
    expect(reading.value).toBeDefined();
  });

  test('holds the 31 documented parameters', () => {
    expect(Object.keys(PARAMS)).toHaveLength(31);
  });

  test('reads any text without failing', () => {
    const names = fc.constantFrom(...Object.keys(PARAMS)) as fc.Arbitrary<keyof typeof PARAMS>;
    const pieces = fc.array(
      fc.constantFrom(',', ':', 'x', 'offset-', 'p', 't', '1', '0', '.', '9e9', '-', 'smart', 'a'),
    );
    fc.assert(
      fc.property(
        names,
        fc.oneof(
          fc.string(),
          pieces.map((p) => p.join('')),
        ),
        (name, text) => {
          const { value, expected } = PARAMS[name].read(text);
          expect(value !== undefined || expected !== undefined).toBe(true);
        },
      ),
    );
  });
});
