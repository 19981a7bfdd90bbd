/**
 * FaceApi: the nets of `@vladmandic/face-api` as a FaceDetector.
 *
 * An SSD on MobileNet v1 finds boxes on 512 pixels, a small net finds 68
 * points on each of them, both on the WASM back end of tfjs
 * (docs/decisions/0015-a-face-detector-in-the-package.md). The bundle holds
 * operations alone; weights are read from their files. Tensors are freed after each use.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Region } from '../../base/size.ts';
import type { Eye, Point } from '../../image/face.ts';
import { MOST_FACES } from '../../image/face.ts';
import type { Raster } from '../../image/raster.ts';
import { BoxNet } from './box-net.ts';
import type { FaceDetector, FaceMarks } from './face-detector.ts';
import { MarkNet } from './mark-net.ts';
import type { ModelFiles } from './model-files.ts';
import type { Tensors } from './tensors.ts';
import { readWeights, type WeightLayout } from './weights.ts';

/** What of the bundle is used (scripts/faces/entry.mjs). */
interface Bundle extends Tensors {
  enableProdMode(): void;
  setWasmPaths(folder: string): void;
  setBackend(name: 'wasm'): Promise<boolean>;
  readonly layouts: { readonly detector: Layout; readonly landmarks: Layout };
}

type Layout = readonly WeightLayout[];

interface Loaded {
  readonly boxes: BoxNet;
  readonly marks: MarkNet;
}

/** Which of the 68 points belong to what; counted as the picture is seen. */
const POINTS = { leftEye: [36, 42], rightEye: [42, 48], mouth: [48, 68] } as const;

/** A detector of these files; nothing is read before `ready`. */
export function createFaceApi(files: ModelFiles): FaceDetector {
  let loading: Promise<Loaded> | undefined;
  const loaded = () => {
    loading ??= load(files);
    return loading;
  };
  return {
    ready: async () => {
      await loaded();
    },
    detect: async (raster, least, longest = Number.POSITIVE_INFINITY) =>
      (await loaded()).boxes.detect(raster, least, MOST_FACES, longest),
    landmarks: async (raster, boxes, mirrored = false) =>
      landmarks(await loaded(), raster, boxes, mirrored),
  };
}

async function load(files: ModelFiles): Promise<Loaded> {
  const [detectorBytes, pointBytes] = await Promise.all([
    readFile(files.detector),
    readFile(files.landmarks),
  ]);
  const bundle: Bundle = createRequire(files.code)(fileURLToPath(files.code));
  bundle.enableProdMode();
  bundle.setWasmPaths(fileURLToPath(new URL('./', files.kernels)));
  if (!(await bundle.setBackend('wasm'))) {
    throw new Error('Expected the WASM kernels of the face detector to start, got a failure.');
  }
  const { layouts } = bundle;
  return {
    boxes: new BoxNet(bundle, readWeights(bundle, detectorBytes, layouts.detector)),
    marks: new MarkNet(bundle, readWeights(bundle, pointBytes, layouts.landmarks)),
  };
}

function landmarks(
  { marks }: Loaded,
  raster: Raster,
  boxes: readonly Region[],
  mirrored: boolean,
): FaceMarks[] {
  const parts = boxes.map((bounds) => wholeRegion(bounds, raster));
  const own = parts.map((part) => cutOut(raster, part));
  if (!mirrored) return marks.points(own).map((positions, i) => marksOf(positions, parts[i]!));
  return marks.points(own.map(mirror)).map((positions, i) => {
    const part = parts[i]!;
    const back = positions.map(({ x, y }): Point => ({ x: part.width - x, y }));
    const { leftEye, rightEye, mouth } = marksOf(back, part);
    return { leftEye: rightEye, rightEye: leftEye, mouth };
  });
}

/** @param positions in pixels of the part */
function marksOf(positions: readonly Point[], part: Region): FaceMarks {
  const of = ([from, to]: readonly [number, number]) => positions.slice(from, to);
  const placed = ({ x, y }: Point): Point => ({ x: part.left + x, y: part.top + y });
  const eye = (some: readonly Point[]): Eye => {
    const xs = some.map(({ x }) => x);
    return { ...placed(middle(some)), width: Math.max(...xs) - Math.min(...xs) };
  };
  return {
    leftEye: eye(of(POINTS.leftEye)),
    rightEye: eye(of(POINTS.rightEye)),
    mouth: placed(middle(of(POINTS.mouth))),
  };
}

/** The part of bounds that lies on the raster, in whole pixels, at least one. */
function wholeRegion({ left, top, width, height }: Region, raster: Raster): Region {
  const x = Math.min(raster.width - 1, Math.max(0, Math.floor(left)));
  const y = Math.min(raster.height - 1, Math.max(0, Math.floor(top)));
  return {
    left: x,
    top: y,
    width: Math.max(1, Math.min(raster.width, Math.ceil(left + width)) - x),
    height: Math.max(1, Math.min(raster.height, Math.ceil(top + height)) - y),
  };
}

function cutOut(raster: Raster, { left, top, width, height }: Region): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * raster.width + left) * 3;
    data.set(raster.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { ...raster, width, height, data };
}

function mirror(raster: Raster): Raster {
  const { width, height, data } = raster;
  const mirrored = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    let to = (y * width + width - 1) * 3;
    const end = (y + 1) * width * 3;
    for (let from = y * width * 3; from < end; from += 3, to -= 3) {
      mirrored[to] = data[from]!;
      mirrored[to + 1] = data[from + 1]!;
      mirrored[to + 2] = data[from + 2]!;
    }
  }
  return { ...raster, data: mirrored };
}

function middle(points: readonly Point[]): Point {
  const sum = (of: (point: Point) => number) => points.reduce((all, point) => all + of(point), 0);
  return { x: sum(({ x }) => x) / points.length, y: sum(({ y }) => y) / points.length };
}
