/** Files that no encoder of the product makes, as tests need them as sources. */
import { createRequire } from 'node:module';
import { QUADRANTS, quadrants } from './pictures.ts';

/**
 * A PDF of two pages: four colors on one of `width` by `height` points, and on a square of 144 points
 * blue in its left half. Annotated, the first has a black stamp in its middle and in the middle of the
 * left half a black marker without an appearance of its own, each as wide and high as a quarter of it.
 */
export function pdf(width: number, height: number, annotated = false): Buffer {
  const { red, green, blue, yellow } = QUADRANTS;
  const [x, y] = [width / 2, height / 2];
  const box = (color: readonly number[], left: number, bottom: number, w: number, h: number) =>
    `${color.map((level) => (level / 255).toFixed(4)).join(' ')} rg ${left} ${bottom} ${w} ${h} re f`;
  const first = [
    box(red, 0, y, x, y),
    box(green, x, y, x, y),
    box(blue, 0, 0, x, y),
    box(yellow, x, 0, x, y),
  ].join('\n');
  const second = box(blue, 0, 0, 72, 144);
  const page = (across: number, up: number, content: number, more = '') =>
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${across} ${up}] /Contents ${content} 0 R ${more}>>`;
  const stream = (text: string, more = '') =>
    `<< ${more}/Length ${text.length} >>\nstream\n${text}\nendstream`;
  const annotation = (subtype: string, middle: number, more: string) => {
    const [left, bottom] = [middle * width - width / 8, (3 / 8) * height];
    const rect = `${left} ${bottom} ${left + width / 4} ${bottom + height / 4}`;
    return `<< /Type /Annot /Subtype /${subtype} /Rect [${rect}] /F 4 ${more} >>`;
  };
  const appearance = stream(
    box([0, 0, 0], 0, 0, width / 4, height / 4),
    `/Type /XObject /Subtype /Form /BBox [0 0 ${width / 4} ${height / 4}] `,
  );
  const marker = `/C [0 0 0] /QuadPoints [${[1, 3, 1, 3].map((eighth, i) => `${(eighth / 8) * width} ${((i < 2 ? 5 : 3) / 8) * height}`).join(' ')}]`;
  const notes = [
    annotation('Stamp', 0.5, '/AP << /N 9 0 R >>'),
    annotation('Highlight', 0.25, marker),
    appearance,
  ];
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>',
    page(width, height, 5, annotated ? '/Annots [7 0 R 8 0 R] ' : ''),
    page(144, 144, 6),
    stream(first),
    stream(second),
    ...(annotated ? notes : []),
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = text.length;
  const rows = places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  text += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

/** A PSD of four colors. */
export async function psd(width: number, height: number): Promise<Uint8Array> {
  const { writePsdUint8Array } = createRequire(import.meta.url)('ag-psd') as {
    writePsdUint8Array(psd: object): Uint8Array;
  };
  const rgba = await quadrants(width, height).ensureAlpha().raw().toBuffer();
  const data = new Uint8ClampedArray(rgba);
  return writePsdUint8Array({
    width,
    height,
    imageData: { width, height, data },
  });
}

/** What a Photoshop file is made of. */
export interface PsdParts {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 palette, 3 RGB, 4 CMYK, … */
  readonly mode: number;
  readonly depth: 1 | 8 | 16 | 32;
  readonly channels: number;
  /** 0..1 as they are stored, plane by plane; for a palette its indices over 255. */
  readonly sample: (plane: number, x: number, y: number) => number;
  readonly runs?: boolean;
  /** PSB. */
  readonly large?: boolean;
  /** The first channel behind the colors is transparency. */
  readonly transparent?: boolean;
  readonly palette?: Uint8Array;
  readonly resources?: readonly (readonly [id: number, body: Uint8Array])[];
}

/** A Photoshop file without layers, by the letter of the specification. */
export function psdFile(parts: PsdParts): Buffer {
  const { width, height, mode, depth, channels, large = false } = parts;
  const words = (...values: readonly (readonly [bytes: 2 | 4, value: number])[]) =>
    Buffer.concat(
      values.map(([bytes, value]) => {
        const word = Buffer.alloc(bytes);
        if (bytes === 2) word.writeUInt16BE(value & 0xffff);
        else word.writeUInt32BE(value);
        return word;
      }),
    );
  const sized = (body: Uint8Array, wide = false) =>
    Buffer.concat([Buffer.alloc(wide ? 4 : 0), words([4, body.length]), body]);
  const head = Buffer.concat([
    Buffer.from('8BPS'),
    words([2, large ? 2 : 1]),
    Buffer.alloc(6),
    words([2, channels], [4, height], [4, width], [2, depth], [2, mode]),
  ]);
  const resources = (parts.resources ?? []).map(([id, body]) =>
    Buffer.concat([
      Buffer.from('8BIM'),
      words([2, id], [2, 0]),
      sized(body),
      Buffer.alloc(body.length & 1),
    ]),
  );
  // No layer at all: that alpha was merged is then said by a block of its own.
  const block = Buffer.concat([Buffer.from(depth === 16 ? '8BIMMt16' : '8BIMMtrn'), words([4, 0])]);
  const layers = parts.transparent
    ? Buffer.concat([Buffer.alloc(large ? 8 : 4), Buffer.alloc(4), block])
    : Buffer.alloc(0);
  const rows = Array.from({ length: channels * height }, (_, row) => {
    const [plane, y] = [Math.floor(row / height), row % height];
    return Buffer.concat(
      Array.from({ length: width }, (_, x) => {
        const value = parts.sample(plane, x, y);
        return depth === 16
          ? words([2, Math.round(65_535 * value)])
          : Buffer.from([Math.round(255 * value)]);
      }),
    );
  });
  const packed = parts.runs ? rows.map(packBits) : rows;
  const lengths = parts.runs ? packed.map(({ length }) => words([large ? 4 : 2, length])) : [];
  return Buffer.concat([
    head,
    sized(parts.palette ?? Buffer.alloc(0)),
    sized(Buffer.concat(resources)),
    sized(layers, large),
    words([2, parts.runs ? 1 : 0]),
    ...lengths,
    ...packed,
  ]);
}

/** PackBits: equal bytes as runs, others as they are, with a filler now and then. */
function packBits(row: Buffer): Buffer {
  const out: number[] = [128];
  for (let at = 0; at < row.length; ) {
    let run = 1;
    while (run < 128 && row[at + run] === row[at]) run++;
    if (run > 1) out.push(257 - run, row[at]!);
    else out.push(0, row[at]!);
    at += run;
  }
  return Buffer.from(out);
}
