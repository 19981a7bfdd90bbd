/**
 * Time prediction: how long a worker is likely to take for a rendition, from
 * what is known before the source is opened.
 *
 * Milliseconds = overhead + decoding and transforming by pixels + encoding by
 * pixels of the result and by every format that may be written, forced ones
 * included. They are those of the machine on which the times of the codecs were
 * measured; the pool corrects them by the rate of this one
 * (`pool/service-rate.ts`), and bounds the search by its budget.
 *
 * Pure.
 */
import type { Size } from '../base/size.ts';
import type { Encoding } from '../image/encoding.ts';
import { type FormatName, formatCard } from '../image/format.ts';
import { MOST_TRACED_PIXELS } from '../image/picture-limits.ts';
import { codecFor, fastestEncoding, usualEncoding } from '../optimizer/codecs/codec.ts';
import { CODECS } from '../optimizer/codecs/index.ts';
import { encodeCost, measureCost } from '../optimizer/model/time-model.ts';
import type { Length, ResizeOp } from '../plan/op.ts';
import type { Output } from '../plan/output.ts';
import type { Plan } from '../plan/plan.ts';
import type { Prediction } from './pool/service-rate.ts';

/** What is known of a source; all but its bytes may be a guess. */
export interface SourceEstimate {
  readonly bytes: number;
  readonly format: FormatName;
  readonly width: number;
  readonly height: number;
}

/** Pixels that a byte of a file usually holds. */
const PIXELS_PER_BYTE: Readonly<Partial<Record<FormatName, number>>> = {
  jpeg: 4,
  webp: 8,
  avif: 12,
  png: 0.8,
  gif: 2,
  tiff: 0.3,
  bmp: 0.35,
  ico: 0.25,
  svg: 20,
};

/** Milliseconds per megapixel for decoding; JPEG and WebP are decoded smaller where that will do. */
const DECODE: Readonly<Partial<Record<FormatName, number>>> = {
  jpeg: 8,
  webp: 22,
  avif: 46,
  png: 15,
  gif: 10,
  tiff: 10,
  bmp: 15,
  ico: 15,
  svg: 40,
};

/** A JPEG is read whole even where it is decoded smaller: milliseconds per megapixel and per megabyte. */
const JPEG_READING = { pixels: 9, bytes: 25 } as const;

/** Milliseconds per megapixel for resizing in linear light. */
const RESIZE = 12;

/** Milliseconds for a task that decodes nothing: the way there and back, and the probe. */
const OVERHEAD = 20;

/** Most pixels that a JPEG is decoded to, as a multiple of those of the result; at least 1/64 of its own. */
const SHRUNK = 4;
const MOST_SHRUNK = 1 / 64;

/** Milliseconds per megapixel for drawing a photograph as paths. */
const TRACING = 4000;

/** Evaluations of a usual search, and how often an alternative format is looked at. */
const TRIALS = 2;
const ALTERNATIVE = 0.25;

const MOST_COLORS = 256;

/** Whether the picture is drawn as paths: no rule before that of the drawing holds for this client. */
function isDrawn(
  { formats }: Extract<Output, { kind: 'picture' }>,
  source: FormatName,
  accepts: ReadonlySet<FormatName>,
): boolean {
  const first = formats.find(
    ({ when }) =>
      (when?.accepts === undefined || accepts.has(when.accepts)) &&
      (when?.source === undefined || when.source.includes(source)),
  );
  return first !== undefined && first.format !== 'source' && formatCard(first.format).traced;
}

/**
 * The time for a plan on a source, for a client that takes `accepts`. A source whose header
 * states more than `mostPixels` is refused by the probe, which takes no time worth counting.
 */
export function predictTime(
  plan: Plan,
  source: SourceEstimate,
  accepts: ReadonlySet<FormatName>,
  mostPixels = Number.POSITIVE_INFINITY,
): Prediction {
  const { output } = plan;
  const refused = source.width * source.height > mostPixels;
  if (refused || output.kind === 'facts' || output.kind === 'source') {
    return { usual: OVERHEAD, least: OVERHEAD };
  }
  const pixels = (source.width * source.height) / 1e6;
  const result = resultPixels(plan, source) / 1e6;
  const decoded =
    source.format === 'jpeg'
      ? Math.min(pixels, Math.max(result * SHRUNK, pixels * MOST_SHRUNK))
      : pixels;
  const { pixels: byPixels, bytes: byBytes } = JPEG_READING;
  const reading = source.format === 'jpeg' ? pixels * byPixels + (source.bytes / 1e6) * byBytes : 0;
  const before =
    OVERHEAD +
    reading +
    decoded * (DECODE[source.format] ?? 20) +
    Math.max(decoded, result) * RESIZE;
  if (output.kind !== 'picture') return { usual: before, least: before };
  if (isDrawn(output, source.format, accepts)) {
    const all = before + Math.min(result, MOST_TRACED_PIXELS / 1e6) * TRACING;
    return { usual: all, least: all };
  }
  const formats = formatsInQuestion(output, source.format, accepts);
  const least =
    before +
    Math.min(
      ...formats.map(
        (format) => result * encodeCost(CODECS, fastestEncoding(codecFor(CODECS, format))),
      ),
    );
  const search = formats
    .map((format, i) => result * searchCost(output, format) * (i === 0 ? 1 : ALTERNATIVE))
    .reduce((a, b) => a + b, 0);
  return { least, usual: Math.max(least, before + search) };
}

/**
 * Pixels that a byte holds at most, by what Deflate can do (1032 bytes, RFC 1951); a header that
 * states more is mostly a damaged one, and its decoder ends early.
 */
const MOST_PIXELS_PER_BYTE = 1032;

/** What is known of a source before it is opened: its bytes, and what its header states. */
export function estimateSource({
  bytes,
  format = 'jpeg',
  size,
}: {
  readonly bytes: number;
  readonly format?: FormatName;
  readonly size?: Size;
}): SourceEstimate {
  // An empty source has a side too: a size of nothing has no ratio, and no time can be told of it.
  const side = Math.max(1, Math.sqrt(bytes * (PIXELS_PER_BYTE[format] ?? 4)));
  const { width, height } = size ?? { width: side, height: side };
  const most = Math.max(1, bytes) * MOST_PIXELS_PER_BYTE;
  const held = Math.min(1, Math.sqrt(most / (width * height)));
  return { bytes, format, width: width * held, height: height * held };
}

type Written = Encoding['format'];

/**
 * The formats that may be written, the chosen one first: rules are read up to the first
 * that holds for sure, and what was not negotiated leaves no alternatives.
 */
export function formatsInQuestion(
  { formats }: Extract<Output, { kind: 'picture' }>,
  source: FormatName,
  accepts: ReadonlySet<FormatName>,
): readonly Written[] {
  const found: Written[] = [];
  for (const { when, format: named } of formats) {
    const format = named === 'source' ? source : named;
    const wanted = when?.accepts === undefined || accepts.has(when.accepts);
    const fits = when?.source === undefined || when.source.includes(source);
    // Steps that clear pixels are rare.
    const clear = when?.alpha === true && !formatCard(source).alpha;
    if (!wanted || !fits || clear || !isWritten(format)) continue;
    if (!found.includes(format)) found.push(format);
    if (when?.accepts !== undefined) continue;
    const sure = when?.animated === undefined && when?.alpha === undefined;
    if (sure && when?.sourceLossless === undefined) break;
  }
  return found.length > 0 ? found : ['jpeg'];
}

function isWritten(format: FormatName): format is Written {
  return format in CODECS;
}

/** Milliseconds per megapixel for what is done with one format. */
function searchCost({ quality }: Extract<Output, { kind: 'picture' }>, format: Written): number {
  const { lossy, lossless, palette } = codecFor(CODECS, format);
  const usual = lossy
    ? [usualEncoding(lossy)]
    : [lossless?.encoding('online'), palette?.encoding(MOST_COLORS, 'online')];
  const costs = usual.flatMap((encoding) =>
    encoding ? [encodeCost(CODECS, encoding) + measureCost(CODECS, encoding)] : [],
  );
  const once = costs.reduce((a, b) => a + b, 0);
  return lossy && quality.kind === 'target' ? TRIALS * once : once;
}

/** Height that a canvas of text is taken to have before it is set. */
const TEXT_HEIGHT = 400;

/** About the pixels of the result. Crops and trims are unknown and left out; no op makes more than the last box. */
function resultPixels({ ops }: Plan, { width, height }: SourceEstimate): number {
  let size = { width, height };
  for (const op of ops) {
    if (op.kind === 'resize') size = resized(op, size);
    if (op.kind === 'text-canvas') {
      size = { width: op.width, height: op.height ?? Math.min(op.width, TEXT_HEIGHT) };
    }
    if (op.kind === 'limit') {
      const factor = Math.min(1, op.side / Math.max(size.width, size.height));
      size = { width: size.width * factor, height: size.height * factor };
    }
    if (op.kind === 'canvas' && op.area.kind === 'size') {
      size = {
        width: lengthOf(op.area.width, size.width),
        height: lengthOf(op.area.height, size.height),
      };
    }
  }
  return Math.max(1, size.width * size.height);
}

function resized(op: ResizeOp, size: { width: number; height: number }) {
  const density = op.density ?? 1;
  const width = op.width && lengthOf(op.width, size.width) * density;
  const height = op.height && lengthOf(op.height, size.height) * density;
  const ratio = op.ratio ?? size.width / size.height;
  const box = {
    width: width ?? (height === undefined ? size.width : height * ratio),
    height: height ?? (width === undefined ? size.width / ratio : width / ratio),
  };
  const whole = op.fit === 'inside';
  const scale = Math.min(box.width / size.width, box.height / size.height);
  const made = whole ? { width: size.width * scale, height: size.height * scale } : box;
  const most = op.enlarge === 'never' ? size.width * size.height : Number.POSITIVE_INFINITY;
  const shrink = Math.min(1, Math.sqrt(most / (made.width * made.height)));
  return { width: made.width * shrink, height: made.height * shrink };
}

function lengthOf(length: Length, of: number): number {
  return 'px' in length ? length.px : length.share * of;
}
