/** The structure of picture files, read from any bytes. */

import { leavesClear, readApng } from '../../../src/containers/animation/apng.ts';
import {
  gifColors,
  gifFrames,
  withClearedBoxes,
} from '../../../src/containers/animation/gif-frames.ts';
import {
  asStillAvif,
  avifItems,
  boxes,
  codedData,
  metaParts,
} from '../../../src/containers/avif.ts';
import { avifColor } from '../../../src/containers/avif-color.ts';
import { bmpHeader } from '../../../src/containers/bmp.ts';
import { fileEnd } from '../../../src/containers/file-end.ts';
import { hasGainMap } from '../../../src/containers/gain-map.ts';
import { headerSize } from '../../../src/containers/header-size.ts';
import { largestPicture } from '../../../src/containers/ico.ts';
import {
  jpegExif,
  jpegFrame,
  jpegPhotoshop,
  jpegScans,
  jpegXmp,
  walkJpeg,
  withJpegEnd,
} from '../../../src/containers/jpeg.ts';
import { estimateJpegQuality } from '../../../src/containers/jpeg-quality.ts';
import { pngChunks, pngExif, pngFrames } from '../../../src/containers/png.ts';
import { pngColor } from '../../../src/containers/png-color.ts';
import {
  hasMergedAlpha,
  psdComposite,
  psdHeader,
  psdPalette,
  psdProfile,
} from '../../../src/containers/psd.ts';
import { hasTiledPlanes, planeFiles } from '../../../src/containers/tiff/planes.ts';
import { unitsOf, withoutRemarks } from '../../../src/containers/video/h264.ts';
import { readMatroska } from '../../../src/containers/video/matroska.ts';
import { webpChunks, webpIsLossless, withClearCanvas } from '../../../src/containers/webp.ts';
import { coverage, hasUncovered } from '../../../src/gif/coverage.ts';
import { withWholeScreen } from '../../../src/gif/whole-screen.ts';
import { isImageSequence, isNoPicture, sniffFormat } from '../../../src/image/sniff.ts';
import { readJpeg } from '../../../src/jpeg/read.ts';
import { turnJpeg } from '../../../src/jpeg/turn-jpeg.ts';
import { writeJpeg } from '../../../src/jpeg/write.ts';
import { stripMetadata } from '../../../src/metadata/strip-metadata.ts';
import { spareSamples, tiffSamples } from '../../../src/metadata/tiff-samples.ts';
import { ensure, ensureSettled, sameBytes } from './expect.ts';

/** Most coefficients and pixels of one run, so that a run stays a matter of milliseconds. */
const MOST = 1_000_000;

/** Most pixels of a screen whose frames are laid out one by one. */
const MOST_COVERED = 65_536;

/** What any file is asked first. */
export function sniff(data: Uint8Array): void {
  sniffFormat(data);
  isImageSequence(data);
  isNoPicture(data, true);
  fileEnd(data, data.subarray(-64), data.length);
  const size = headerSize(data);
  ensure(size === undefined || (size.width > 0 && size.height > 0), 'a size has no side of zero');
}

export function png(data: Uint8Array): void {
  const { chunks } = pngChunks(data);
  for (const { whole } of chunks) ensure(whole.length <= data.length, 'a chunk is of the file');
  pngExif(data);
  pngFrames(data);
  pngColor(chunks);
  const animation = readApng(data);
  if (animation !== undefined) leavesClear(animation);
  ensureSettled((bytes) => stripMetadata(bytes, 'png'), data, 64);
}

export function webp(data: Uint8Array): void {
  webpChunks(data);
  webpIsLossless(data);
  const clear = withClearCanvas(data);
  ensure(sameBytes(withClearCanvas(clear), clear), 'a clear canvas stays one');
  ensureSettled((bytes) => stripMetadata(bytes, 'webp'), data, 64);
}

/** The segments of a JPEG. */
export function jpeg(data: Uint8Array): void {
  const walk = walkJpeg(data);
  const scans = jpegScans(data, walk);
  jpegFrame(walk);
  jpegExif(walk);
  jpegXmp(walk);
  jpegPhotoshop(walk);
  hasGainMap(data, walk);
  const quality = estimateJpegQuality(data);
  ensure(quality === undefined || (quality >= 1 && quality <= 100), 'a quality is 1 to 100');
  if (scans.complete) {
    const ended = withJpegEnd(data);
    ensure(jpegScans(ended, walkJpeg(ended)).terminated, 'an end that is put in is seen');
    ensureSettled((bytes) => stripMetadata(bytes, 'jpeg'), data, 64);
  } else stripMetadata(data, 'jpeg');
}

/** The coefficients of a JPEG: what was read and written reads the same. */
export function jpegCoefficients(data: Uint8Array): void {
  const picture = readJpeg(data, { most: MOST });
  if (picture === undefined) return;
  const written = writeJpeg(picture);
  if (written === undefined) return;
  const again = readJpeg(written, { most: MOST });
  ensure(again !== undefined, 'what was written can be read');
  for (const [i, { coefficients }] of picture.components.entries()) {
    const kept = again.components[i]?.coefficients;
    ensure(
      coefficients.every((value, at) => value === kept?.[at]),
      'coefficients are kept',
    );
  }
  const shape = jpegFrame(walkJpeg(data));
  if (shape !== undefined && shape.width * shape.height <= MOST) turnJpeg(data, 6);
}

export function avif(data: Uint8Array): void {
  boxes(data);
  metaParts(data);
  avifItems(data);
  avifColor(data);
  codedData(data);
  if (isImageSequence(data))
    ensure(!isImageSequence(asStillAvif(data)), 'a sequence becomes a still');
}

export function gif(data: Uint8Array): void {
  const animation = gifFrames(data);
  gifColors(data, 256);
  hasUncovered(data);
  withClearedBoxes(data);
  withWholeScreen(data);
  const { width, height } = animation?.screen ?? { width: 0, height: 0 };
  if (width * height <= MOST_COVERED) {
    for (const covered of coverage(data, 0, 8)) {
      ensure(covered.length === width * height, 'a byte for each pixel');
    }
  }
  ensureSettled((bytes) => stripMetadata(bytes, 'gif'), data, 64);
}

/** BMP and ICO. */
export function bitmap(data: Uint8Array): void {
  bmpHeader(data);
  const icon = largestPicture(data);
  if (icon?.kind === 'png') ensure(icon.bytes.length <= data.length, 'an icon is of the file');
}

export function tiff(data: Uint8Array): void {
  const samples = tiffSamples(data);
  spareSamples(data);
  ensure(
    samples?.alpha === undefined || samples.alpha < samples.all,
    'alpha is one of the samples',
  );
  for (const page of [0, 1]) {
    const files = planeFiles(data, page);
    ensure(files === undefined || hasTiledPlanes(data, page), 'planes are those of tiles');
    for (const file of files ?? []) {
      const plane = file();
      ensure(!hasTiledPlanes(plane, files?.length === 1 ? page : 0), 'a plane has whole pixels');
    }
  }
}

export function psd(data: Uint8Array): void {
  psdProfile(data);
  psdPalette(data);
  hasMergedAlpha(data);
  const header = psdHeader(data);
  if (header !== undefined && header.width * header.height <= MOST) {
    psdComposite(data, header, Math.min(header.channels, 4));
  }
}

/** What a video encoder hands back. */
export function video(data: Uint8Array): void {
  readMatroska(data);
  for (const unit of unitsOf(withoutRemarks(data))) {
    ensure(unit.length <= data.length, 'a unit is of the stream');
  }
}
