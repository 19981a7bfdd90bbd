/**
 * PDF by PDFium in WebAssembly: a page measured, and drawn at the size that is wanted.
 *
 * No form environment is set up, so no script runs; what a document names outside itself is not there. Pages are
 * drawn without a ground, for on one PDFium smooths text in colors, and laid on white.
 */
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { Fault } from '../../base/fault.ts';
import { clamp } from '../../base/size.ts';
import { flatten } from '../../raster/compositing.ts';
import { still } from '../../raster/pixels.ts';
import { TOO_MANY } from '../source-file.ts';
import type { DocumentReader } from './foreign-reader.ts';
import { reading } from './reading.ts';

type Library = Awaited<ReturnType<typeof PDFiumLibrary.init>>;
type Document = Awaited<ReturnType<Library['loadDocument']>>;
type Page = ReturnType<Document['getPage']>;

/** Pixels of a page without a size in the request, per point: 72 an inch. */
const PIXELS_PER_POINT = 1;

/** Most pixels that a page is drawn with: they are held twice. */
const MOST_PIXELS = 50e6;

const WHITE = { red: 255, green: 255, blue: 255 };

let library: Promise<Library> | undefined;

export const pdfReader: DocumentReader = {
  describe: (bytes, page) =>
    withDocument(bytes, (document) => {
      const pages = document.getPageCount();
      const { originalWidth, originalHeight } = document
        .getPage(clamp(page, 0, pages - 1))
        .getOriginalSize();
      const pixels = (points: number) => Math.max(1, Math.round(points * PIXELS_PER_POINT));
      return {
        format: 'pdf',
        bytes: bytes.length,
        width: pixels(originalWidth),
        height: pixels(originalHeight),
        orientation: 1,
        pages,
        delays: [],
        loop: 1,
        alpha: false,
        profile: 'none',
        space: 'rgb',
        depth: 8,
        lossless: true,
      };
    }),
  draw: (bytes, page, { width, height }, annotations) =>
    withDocument(bytes, async (document) => {
      if (width * height > MOST_PIXELS) {
        throw new Fault('source-too-many-pixels', TOO_MANY, { width, height });
      }
      const shown = document.getPage(clamp(page, 0, document.getPageCount() - 1));
      if (!annotations) removeAnnotations(shown);
      const { data } = await shown.render({ width, height, transparent: true, render: 'bitmap' });
      return flatten(still(width, height, 4, data), WHITE);
    }),
};

async function withDocument<T>(
  bytes: Uint8Array,
  use: (document: Document) => T | Promise<T>,
): Promise<T> {
  library ??= PDFiumLibrary.init();
  const loaded = await library;
  return await reading(async () => {
    const document = await loaded.loadDocument(bytes);
    try {
      if (document.getPageCount() === 0) throw noPages();
      return await use(document);
    } finally {
      document.destroy();
    }
  });
}

/**
 * Takes the annotations off a page, of this reading alone: the package always asks for them to be drawn.
 *
 * @throws Fault source-unsupported, where the package does not show the way to them
 */
function removeAnnotations(page: Page): void {
  // The package keeps the functions of PDFium to itself; their types are open.
  // biome-ignore lint/complexity/useLiteralKeys: only so may a private field be read
  const [pdfium, handle] = [page['module'], page['pageIdx']];
  if (typeof pdfium?._FPDFPage_RemoveAnnot !== 'function' || typeof handle !== 'number') {
    throw new Fault(
      'source-unsupported',
      'Expected a package for PDF that can leave annotations out, got another.',
    );
  }
  for (let left = pdfium._FPDFPage_GetAnnotCount(handle); left > 0; left--) {
    pdfium._FPDFPage_RemoveAnnot(handle, left - 1);
  }
}

function noPages(): Fault {
  return new Fault('source-broken', 'Expected a PDF with a page, got one without.');
}
