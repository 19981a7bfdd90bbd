/** Drawing: a picture as the paths of an SVG, with its receipt. */

import { formatCard } from '../../image/format.ts';
import type { Raster } from '../../image/raster.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import type { Receipt } from '../../optimizer/receipt.ts';
import type { QualitySpec } from '../../plan/output.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Program } from '../../plan/program.ts';
import { traced } from '../../vips/optional/tracer.ts';
import { remarks } from './remarks.ts';
import type { Rendered } from './rendered.ts';

/** @throws Fault source-unsupported where the tracer is not installed */
export async function drawing(
  plan: Plan,
  info: SourceInfo,
  program: Program,
  raster: Raster,
): Promise<Rendered> {
  const { output } = program;
  if (output.kind !== 'picture') throw new TypeError(`expected a picture, got ${output.kind}`);
  const detail = detailOf(output.quality);
  const bytes = await traced(raster, { detail, viewBoxOnly: output.viewBoxOnly === true });
  const receipt: Receipt = {
    format: 'svg',
    quality: detail,
    encoding: `svg paths q${detail}`,
    // Nothing better comes of more time
    mode: 'background',
    bytes: bytes.length,
    sourceBytes: info.bytes,
    trials: [],
    reason: 'a drawing after the pixels, at the detail of its quality',
    kind: 'encoded',
  };
  return {
    bytes,
    mediaType: formatCard('svg').mediaType,
    format: 'svg',
    size: program.size,
    receipt,
    diagnostics: remarks(plan, info, program, receipt),
  };
}

/** 1 to 100. A score counts like the same quality: both say how close the result shall be. */
function detailOf(quality: QualitySpec): number {
  switch (quality.kind) {
    case 'quality':
      return Math.round(quality.own?.svg ?? quality.jpeg);
    case 'target':
      return Math.round(quality.score);
    case 'lossless':
      return 100;
  }
}
