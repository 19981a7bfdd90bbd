import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { corpusFile } from '../base/corpus.suite.ts';
import { card } from '../containers/pictures.suite.ts';
import { readCopyright } from './copyright.ts';

describe('readCopyright', () => {
  test('keeps who made it and leaves the rest', async () => {
    const bytes = await card(9, 9)
      .withXmp(
        `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmpRights:WebStatement="https://example.com/r?a=1&amp;b=2"><dc:title>Private</dc:title><dc:creator><rdf:Seq><rdf:li>A &lt;b&gt;</rdf:li><rdf:li>C</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`,
      )
      .withExif({ IFD0: { Copyright: 'all rights', Make: 'TestCam' } })
      .jpeg()
      .toBuffer();
    const found = readCopyright(bytes);
    expect(found?.exif).toEqual({ IFD0: { Copyright: 'all rights', Artist: 'A <b>; C' } });
    expect(found?.xmp).toContain('A &#60;b&#62;; C');
    expect(found?.xmp).toContain('https://example.com/r?a=1&#38;b=2');
    expect(JSON.stringify(found)).not.toMatch(/TestCam|Private/);
  });

  test('a picture without rights gives none', async () => {
    expect(readCopyright(await card(9, 9).jpeg().toBuffer())).toBeUndefined();
  });

  test('EXIF, IPTC and XMP of one photograph', async ({ skip }) => {
    const path = corpusFile('formats', 'jpeg-exif-gps-iptc-xmp.jpg');
    if (path === undefined) return skip('the photograph is not beside the repository');
    const text = JSON.stringify(readCopyright(await readFile(path)));
    expect(text).toMatch(/CC0 test/);
    expect(text).toMatch(/XMP creator/);
    expect(text).not.toMatch(/TestCam|Corpus One|headline|GPS/);
  });
});
