import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { naturalSize, withSize } from './size.ts';

const svg = (attributes: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><g/></svg>`;
const text = (attributes: string) => {
  const size = naturalSize(svg(attributes));
  return size === undefined ? 'drawn' : `${+size.width.toFixed(2)}x${+size.height.toFixed(2)}`;
};

describe('naturalSize', () => {
  test.each([
    // root, size, why
    ['width="200" height="80"', '200x80', 'numbers are pixels'],
    ['width="200px" height="80PX"', '200x80', 'units have no case'],
    ['width="1in" height="2in"', '96x192', '96 pixels an inch'],
    ['width="72pt" height="36pt"', '96x48', '72 points an inch'],
    ['width="6pc" height="3pc"', '96x48', '6 picas an inch'],
    ['width="25.4mm" height="2.54cm"', '96x96', 'metric'],
    ['width="101.6Q" height="50.8q"', '96x48', 'quarter millimetres'],
    ['width="210mm" height="297mm" viewBox="0 0 210 297"', '793.7x1122.52', 'a sheet of A4'],
    ['viewBox="0 0 100 50"', '100x50', 'the view box alone'],
    ['viewBox="-5,-5 , 100,50"', '100x50', 'commas and an origin'],
    ['width="200" viewBox="0 0 100 50"', '200x100', 'one side, ratio of the view box'],
    ['height="200" viewBox="0 0 100 50"', '400x200', 'the other side'],
    ['width="100%" height="100%" viewBox="0 0 100 50"', '100x50', 'shares of a window'],
    ['width="auto" height="40" viewBox="0 0 100 50"', '80x40', 'auto is missing'],
    ['style="width: 3in; height:1in; fill: red" width="5"', '288x96', 'style before attribute'],
    ['width="1e2" height=".5e2"', '100x50', 'exponents'],
    ['', 'drawn', 'nothing is said'],
    ['width="80"', 'drawn', 'one side without a ratio'],
    ['width="100%" height="100%"', 'drawn', 'shares of a window that is not there'],
    ['width="10em" height="5em"', 'drawn', 'units of the font'],
    ['width="80" viewBox="0 0 0 0"', 'drawn', 'a view box without an area'],
    ['width="wide" height="40"', 'drawn', 'no length'],
  ])('%s is %s (%s)', (attributes, size) => {
    expect(text(attributes)).toBe(size);
  });

  test('anything is read without throwing, in time that grows with its length', () => {
    fc.assert(fc.property(fc.string(), (any) => void naturalSize(svg(`width="${any}" ${any}`))));
    expect(text(`width="${'9'.repeat(100_000)}z" height="1"`)).toBe('drawn');
  });
});

describe('withSize', () => {
  test('says the new size, keeps the old one as the view box, and is read back', () => {
    const before = svg('height="50" style="width:1in;fill:red" width="5" id="a"');
    const natural = naturalSize(before)!;
    const after = withSize(before, natural, { width: 30, height: 15.5 });
    expect(after).toContain('viewBox="0 0 96 50"');
    expect(after).toContain('style="fill:red"');
    expect(after).toContain('id="a"');
    expect(naturalSize(after)).toEqual({ width: 30, height: 15.5 });
  });

  test('keeps a view box that is there', () => {
    const given = svg('viewBox="1 2 30 40" width="10mm" height="1mm"');
    const after = withSize(given, naturalSize(given)!, { width: 7, height: 9 });
    expect(after).toContain('viewBox="1 2 30 40"');
    expect(after.match(/width=/g)).toHaveLength(1);
  });
});
