/**
 * Finders: how each finding is made inside a worker.
 *
 * What a finder needs is loaded when it is first asked, so that a worker that
 * never meets such a parameter loads nothing of it.
 */
import type { Region } from '../../base/size.ts';
import type { Face } from '../../image/face.ts';
import type { Raster } from '../../image/raster.ts';
import { type SourceInfo, uprightSize } from '../../image/source-info.ts';
import type { ContentMeasure } from '../../plan/op.ts';
import { eyeCopy, smallCopy } from '../../plan/small-copy.ts';
import { ENHANCE_SIDE, enhancementOf } from '../../raster/enhancement.ts';
import { findRedEyes, LOOK_AROUND } from '../../raster/red-eye.ts';
import { render } from '../../vips/render.ts';
import type { SourceFile } from '../../vips/source-file.ts';
import type { FaceDetector } from '../../vision/faces/face-detector.ts';
import type { Finder, Finders } from './source-findings.ts';

let detector: Promise<FaceDetector> | undefined;

/** The detector of this process, loaded once; a failure is tried again by the next request. */
function faceDetector(): Promise<FaceDetector> {
  detector ??= loadFaceDetector().catch((error: unknown) => {
    detector = undefined;
    throw error;
  });
  return detector;
}

async function loadFaceDetector(): Promise<FaceDetector> {
  const { createFaceApi } = await import('../../vision/faces/face-api.ts');
  const { MODEL_FILES } = await import('../../vision/faces/model-files.ts');
  const made = createFaceApi(MODEL_FILES);
  await made.ready();
  return made;
}

/** Copies by the facts that a task has read: what it looks for twice is decoded once. */
const copies = new WeakMap<SourceInfo, Map<string, Promise<Raster>>>();

/** The upright copy of a page with no side above `side` pixels. */
function copyOf(file: SourceFile, info: SourceInfo, side: number, page: number): Promise<Raster> {
  const ofTask = copies.get(info) ?? new Map<string, Promise<Raster>>();
  copies.set(info, ofTask);
  const key = `${side} ${page}`;
  const copy = ofTask.get(key) ?? render(file, info, smallCopy(info, side, page));
  ofTask.set(key, copy);
  return copy;
}

/** Where the content is, by one measure, on a small copy. */
function contentFinder<Name extends ContentMeasure>(by: Name): Finder<Name> {
  return async (file, info, page) => {
    const { contentGrid, COPY_SIDE } = await import('../../vision/content-grid.ts');
    return contentGrid(await copyOf(file, info, COPY_SIDE, page), by);
  };
}

async function facesOn(file: SourceFile, info: SourceInfo, page: number): Promise<Face[]> {
  const { COPY_SIDE, findFaces } = await import('../../vision/faces/find-faces.ts');
  const faces = await faceDetector();
  const copy = await render(file, info, smallCopy(info, COPY_SIDE, page));
  return findFaces(faces, copy, uprightSize(info));
}

/** Most frames of an animation in which faces are looked for; a fifth of a second each. */
const LOOKED_AT = 24;

/** Most faces of an animation that are kept: a face that moves is there once for each place. */
const MOST_IN_MOTION = 256;

/** At most `most` of `count` pages, the first and the last among them, evenly apart. */
function pagesOver(count: number, most: number): number[] {
  const looked = Math.min(count, most);
  const apart = (count - 1) / Math.max(1, looked - 1);
  return Array.from({ length: looked }, (_, i) => Math.round(i * apart));
}

/** Whether a face stands inside the box of one that is known. */
function holds(known: Region, { left, top, width, height }: Region): boolean {
  return (
    left >= known.left &&
    top >= known.top &&
    left + width <= known.left + known.width &&
    top + height <= known.top + known.height
  );
}

export const FINDERS: Finders = {
  faces: facesOn,
  facesInMotion: async (file, info) => {
    const found: Face[] = [];
    for (const page of pagesOver(info.pages, LOOKED_AT)) {
      for (const face of await facesOn(file, info, page)) {
        if (!found.some((known) => holds(known.bounds, face.bounds))) found.push(face);
      }
    }
    return found.slice(0, MOST_IN_MOTION);
  },
  redEyes: async (file, info, page, { faces = [] }) => {
    const eyes = faces.flatMap(({ leftEye, rightEye }) => [leftEye, rightEye]);
    const copy = eyeCopy(info, eyes, LOOK_AROUND, page);
    if (copy === undefined) return [];
    const { region, scale } = copy;
    const onCopy = eyes.map(({ x, y, width }) => ({
      x: (x - region.left) * scale,
      y: (y - region.top) * scale,
      width: width * scale,
    }));
    const found = findRedEyes(await render(file, info, copy), onCopy);
    return found.map(({ x, y, radius }) => ({
      x: x / scale + region.left,
      y: y / scale + region.top,
      radius: radius / scale,
    }));
  },
  enhancement: async (file, info, page) =>
    enhancementOf(await render(file, info, smallCopy(info, ENHANCE_SIDE, page))),
  saliency: contentFinder('saliency'),
  entropy: contentFinder('entropy'),
  edges: contentFinder('edges'),
};
