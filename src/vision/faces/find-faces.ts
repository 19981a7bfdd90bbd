/**
 * Finding faces: from a small copy of a source to Faces in its own pixels.
 *
 * The model looks at the copy as it is. Only where nothing is found, it looks
 * once more with half the size of black around: a face that fills the frame
 * is found then.
 */
import type { Region, Size } from '../../base/size.ts';
import { type Eye, type Face, MOST_FACES, type Point } from '../../image/face.ts';
import type { Raster } from '../../image/raster.ts';
import { flatten } from '../../raster/compositing.ts';
import type { FaceBox, FaceDetector } from './face-detector.ts';

/** Longer side of the copy that is looked at, in pixels; what the model sees inside. */
export const LOOK_SIDE = 512;

/** Least confidence of a face that is used, 0..1. */
const LEAST_CONFIDENCE = 0.5;

/** Black on each side of the second look, as a share of the copy's side. */
const SECOND_LOOK = 0.5;

const GREY = { red: 128, green: 128, blue: 128 };

/**
 * The faces of a picture, the largest first.
 *
 * @param copy the upright picture, at most `LOOK_SIDE` long, 8-bit sRGB
 * @param source size of the upright source, in whose pixels the result is
 */
export async function findFaces(
  detector: FaceDetector,
  copy: Raster,
  source: Size,
): Promise<Face[]> {
  const seen = flatten(copy, GREY);
  const boxes = (await firstBoxes(detector, seen))
    .flatMap((box) => within(box, seen))
    .sort((a, b) => areaOf(b) - areaOf(a))
    .slice(0, MOST_FACES);
  const scale = { x: source.width / seen.width, y: source.height / seen.height };
  const faces: Face[] = [];
  for (const { confidence, bounds } of boxes) {
    const marks = await detector.landmarks(seen, bounds);
    faces.push({
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
    });
  }
  return faces;
}

async function firstBoxes(detector: FaceDetector, seen: Raster): Promise<FaceBox[]> {
  const boxes = await detector.detect(seen, LEAST_CONFIDENCE);
  if (boxes.length > 0) return boxes;
  const room = {
    x: Math.round(seen.width * SECOND_LOOK),
    y: Math.round(seen.height * SECOND_LOOK),
  };
  const wider = await detector.detect(inBlack(seen, room), LEAST_CONFIDENCE);
  return wider.map(({ confidence, bounds }) => ({
    confidence,
    bounds: { ...bounds, left: bounds.left - room.x, top: bounds.top - room.y },
  }));
}

/** The picture with black around it. */
function inBlack(raster: Raster, { x, y }: Point): Raster {
  const width = raster.width + 2 * x;
  const height = raster.height + 2 * y;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < raster.height; row++) {
    const line = raster.data.subarray(row * raster.width * 3, (row + 1) * raster.width * 3);
    data.set(line, ((row + y) * width + x) * 3);
  }
  return { ...raster, width, height, data };
}

/** The box cut to the picture; none where nothing of it is inside. */
function within({ confidence, bounds }: FaceBox, { width, height }: Size): FaceBox[] {
  const left = Math.max(0, bounds.left);
  const top = Math.max(0, bounds.top);
  const right = Math.min(width, bounds.left + bounds.width);
  const bottom = Math.min(height, bounds.top + bounds.height);
  // A box of no number at all is none either.
  if (!(right - left >= 1 && bottom - top >= 1)) return [];
  const cut: Region = { left, top, width: right - left, height: bottom - top };
  return [{ confidence, bounds: cut }];
}

function areaOf({ bounds }: FaceBox): number {
  return bounds.width * bounds.height;
}

function scaledPoint({ x, y }: Point, scale: Point): Point {
  return { x: x * scale.x, y: y * scale.y };
}

function scaledEye({ width, ...at }: Eye, scale: Point): Eye {
  return { ...scaledPoint(at, scale), width: width * scale.x };
}
