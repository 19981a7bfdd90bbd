/**
 * Finding faces: from a copy of a source to Faces in its own pixels.
 *
 * The model looks at the whole picture, and where that shows several small
 * faces once more at each half, so that a group in rows is found to the last
 * of them. Where it shows nothing, it looks again with black around: a face
 * that fills the frame is found then. Eyes and mouth of whatever may be a face
 * are looked for in the mirrored picture too: what is none, a leaf or a sail,
 * has them elsewhere there. What is seen badly, or may be a profile, is cut out,
 * put beside the others at one size and looked at once more
 * (docs/decisions/0015-a-face-detector-in-the-package.md).
 */
import type { Region, Size } from '../../base/size.ts';
import { type Eye, type Face, MOST_FACES, type Point } from '../../image/face.ts';
import type { Raster } from '../../image/raster.ts';
import { flatten } from '../../raster/compositing.ts';
import { still } from '../../raster/pixels.ts';
import { resampled } from '../../raster/resampled.ts';
import { bestAt, largestFirst, shownIn, unlike } from './boxes.ts';
import type { FaceBox, FaceDetector, FaceMarks } from './face-detector.ts';

/** Longer side of the copy that faces are looked for in, in pixels. */
export const COPY_SIDE = 1024;

/** Side of what the model sees at once, in pixels. */
const LOOK_SIDE = 512;

/** Confidence from which a box is heeded. */
const MAYBE = 0.3;

/** Confidence from which a box whose marks stay is a face; what else had such marks stayed below 0.66. */
const SURE = 0.75;

/** Least confidence of a face that is looked at by itself. */
const AGAIN = 0.4;

/** Nothing below this is of interest in a second look. */
const LEAST_AGAIN = 0.05;

/**
 * How far marks of a face may move when the picture is mirrored, in widths of its box. Faces seen
 * from the front stay below 0.11, what is none was above 0.15, and so were profiles.
 */
const STEADY = 0.12;

/** Confidences of a face whose marks do not stay. */
const PROFILE = { first: 0.92, again: 0.6 };

/**
 * A group: this many boxes, none of which is longer than this share of the picture's longer side. Who
 * else is in it stands within so many lengths of the longest face from those that were seen.
 */
const GROUP = { boxes: 3, share: 1 / 8, around: 2 };

/** Each of the two parts of a group picture, as a share of its longer side. */
const PART = 0.6;

/** Black on each side of the second look, as a share of the picture's side. */
const ROOM = 0.5;

/** Cells of the sheet on which boxes are looked at again: their side, and the face's share of it. */
const CELL = { side: 128, face: 0.5 };

const GREY = { red: 128, green: 128, blue: 128 };

/**
 * The faces of a picture, the largest first.
 *
 * @param copy the upright picture, at most `COPY_SIDE` long, 8-bit sRGB
 * @param source size of the upright source, in whose pixels the result is
 */
export async function findFaces(
  detector: FaceDetector,
  copy: Raster,
  source: Size,
): Promise<Face[]> {
  const seen = flatten(copy, GREY);
  const boxes = unlike(await candidatesIn(detector, seen)).slice(0, MOST_FACES);
  const faces = await facesAmong(detector, seen, await withMarks(detector, seen, boxes));
  const scale = { x: source.width / seen.width, y: source.height / seen.height };
  return largestFirst(faces.flatMap((face) => shownIn(face, seen))).map(
    ({ confidence, bounds, marks }) => ({
      confidence,
      bounds: {
        left: bounds.left * scale.x,
        top: bounds.top * scale.y,
        width: bounds.width * scale.x,
        height: bounds.height * scale.y,
      },
      leftEye: scaledEye(marks.leftEye, scale),
      rightEye: scaledEye(marks.rightEye, scale),
      mouth: scaledPoint(marks.mouth, scale),
    }),
  );
}

/** Everything that may be a face. */
async function candidatesIn(detector: FaceDetector, seen: Raster): Promise<FaceBox[]> {
  const { width, height } = seen;
  const whole = { left: 0, top: 0, width, height };
  const boxes = await lookAt(detector, seen, whole);
  if (boxes.length === 0) {
    const around = { width: width * (1 + 2 * ROOM), height: height * (1 + 2 * ROOM) };
    return lookAt(detector, seen, { left: -width * ROOM, top: -height * ROOM, ...around });
  }
  const longer = Math.max(width, height);
  const small = boxes.filter(
    ({ bounds }) => Math.max(bounds.width, bounds.height) < longer * GROUP.share,
  );
  if (small.length < Math.max(GROUP.boxes, boxes.length)) return boxes;
  const [near, far] = partsOf(seen, small);
  return [
    ...boxes,
    ...(await lookAt(detector, seen, near, longer * GROUP.share)),
    ...(await lookAt(detector, seen, far, longer * GROUP.share)),
  ];
}

/**
 * Both ends of a picture along its longer side; they overlap. Along the other side only as far as
 * a group may reach: `GROUP.around` of its longest face beyond those that were seen.
 */
function partsOf({ width, height }: Size, boxes: readonly FaceBox[]): [Region, Region] {
  const seen = boxes.map(({ bounds }) => bounds);
  const around = GROUP.around * Math.max(...seen.flatMap((box) => [box.width, box.height]));
  const upTo = (ends: readonly number[], side: number) =>
    Math.min(side, Math.max(...ends) + around);
  if (width >= height) {
    const top = Math.max(0, Math.min(...seen.map((box) => box.top)) - around);
    const bottom = upTo(
      seen.map((box) => box.top + box.height),
      height,
    );
    const part = { top, width: width * PART, height: bottom - top };
    return [
      { left: 0, ...part },
      { left: width * (1 - PART), ...part },
    ];
  }
  const left = Math.max(0, Math.min(...seen.map((box) => box.left)) - around);
  const right = upTo(
    seen.map((box) => box.left + box.width),
    width,
  );
  const part = { left, width: right - left, height: height * PART };
  return [
    { top: 0, ...part },
    { top: height * (1 - PART), ...part },
  ];
}

/**
 * What the model sees in a region, in pixels of the picture.
 *
 * @param longest side of the faces that matter; all where absent
 */
async function lookAt(
  detector: FaceDetector,
  seen: Raster,
  region: Region,
  longest = Number.POSITIVE_INFINITY,
): Promise<FaceBox[]> {
  const scale = Math.min(1, LOOK_SIDE / Math.max(region.width, region.height));
  const size = {
    width: Math.max(1, Math.round(region.width * scale)),
    height: Math.max(1, Math.round(region.height * scale)),
  };
  const part = resampled(seen, region, size, 'black');
  const found = await detector.detect(part, MAYBE, longest * scale);
  const x = region.width / size.width;
  const y = region.height / size.height;
  return found.map(({ confidence, bounds }) => ({
    confidence,
    bounds: {
      left: region.left + bounds.left * x,
      top: region.top + bounds.top * y,
      width: bounds.width * x,
      height: bounds.height * y,
    },
  }));
}

/** A box with its eyes and mouth. */
interface Candidate extends FaceBox {
  readonly marks: FaceMarks;
  /** How far eyes and mouth lie from those found on the mirrored picture, in widths of the box. */
  readonly astray: number;
}

/**
 * Those that are faces. One seen well, with eyes and mouth that stay, is one; one seen badly with eyes
 * and mouth that stay has to be seen again, and so has one that may be a profile, which has one eye.
 */
async function facesAmong(
  detector: FaceDetector,
  seen: Raster,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const isSteady = ({ astray }: Candidate) => astray <= STEADY;
  const open = candidates.filter((candidate) =>
    isSteady(candidate) ? candidate.confidence < SURE : candidate.confidence >= PROFILE.first,
  );
  const again = await eachByItself(detector, seen, open);
  return candidates.flatMap((candidate) => {
    const at = open.indexOf(candidate);
    if (at < 0) return isSteady(candidate) ? [candidate] : [];
    if (again[at]! < (isSteady(candidate) ? AGAIN : PROFILE.again)) return [];
    return [{ ...candidate, confidence: (candidate.confidence + again[at]!) / 2 }];
  });
}

async function withMarks(
  detector: FaceDetector,
  seen: Raster,
  boxes: readonly FaceBox[],
): Promise<Candidate[]> {
  if (boxes.length === 0) return [];
  const places = boxes.map(({ bounds }) => bounds);
  const marks = await detector.landmarks(seen, places);
  const others = await detector.landmarks(seen, places, true);
  return boxes.map((box, i) => ({
    ...box,
    marks: marks[i]!,
    astray: distance(marks[i]!, others[i]!) / box.bounds.width,
  }));
}

/**
 * Cuts every box out with what is around it, lays them beside one another, and looks at that.
 * At the rim of the picture it is shown before black and before the rim repeated; the better counts.
 */
async function eachByItself(
  detector: FaceDetector,
  seen: Raster,
  boxes: readonly FaceBox[],
): Promise<number[]> {
  const cells = boxes.flatMap(({ bounds }, box) => {
    const side = Math.max(bounds.width, bounds.height) / CELL.face;
    const left = bounds.left + (bounds.width - side) / 2;
    const top = bounds.top + (bounds.height - side) / 2;
    const around = { left, top, width: side, height: side };
    const inside =
      Math.min(left, top) >= 0 && left + side <= seen.width && top + side <= seen.height;
    const outsides = inside ? (['black'] as const) : (['black', 'edge'] as const);
    return outsides.map((outside) => ({ box, bounds, around, outside }));
  });
  const perSide = Math.floor(LOOK_SIDE / CELL.side);
  const best = boxes.map(() => 0);
  for (let done = 0; done < cells.length; done += perSide ** 2) {
    const some = cells.slice(done, done + perSide ** 2);
    const tall = Math.ceil(some.length / perSide) * CELL.side;
    const sheet = new Uint8Array(LOOK_SIDE * tall * 3);
    const places = some.map(({ bounds, around, outside }, i): Region => {
      const left = (i % perSide) * CELL.side;
      const top = Math.floor(i / perSide) * CELL.side;
      put(
        resampled(seen, around, { width: CELL.side, height: CELL.side }, outside),
        sheet,
        left,
        top,
      );
      const width = (bounds.width * CELL.side) / around.width;
      const height = (bounds.height * CELL.side) / around.height;
      return {
        left: left + (CELL.side - width) / 2,
        top: top + (CELL.side - height) / 2,
        ...{ width, height },
      };
    });
    const page = still(LOOK_SIDE, tall, 3, sheet);
    const found = await detector.detect(page, LEAST_AGAIN, CELL.side);
    some.forEach(({ box }, i) => {
      best[box] = Math.max(best[box]!, bestAt(found, places[i]!)?.confidence ?? 0);
    });
  }
  return best;
}

/** The longest way between the same points of both. */
function distance(a: FaceMarks, b: FaceMarks): number {
  const way = (from: Point, to: Point) => Math.hypot(from.x - to.x, from.y - to.y);
  return Math.max(way(a.leftEye, b.leftEye), way(a.rightEye, b.rightEye), way(a.mouth, b.mouth));
}

/** Puts a cell on the sheet. */
function put({ width, height, data }: Raster, sheet: Uint8Array, left: number, top: number): void {
  for (let row = 0; row < height; row++) {
    const line = data.subarray(row * width * 3, (row + 1) * width * 3);
    sheet.set(line, ((top + row) * LOOK_SIDE + left) * 3);
  }
}

function scaledPoint({ x, y }: Point, scale: Point): Point {
  return { x: x * scale.x, y: y * scale.y };
}

function scaledEye({ width, ...at }: Eye, scale: Point): Eye {
  return { ...scaledPoint(at, scale), width: width * scale.x };
}
