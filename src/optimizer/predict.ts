/**
 * Predict: what the optimizer expects to deliver, before a pixel is decoded.
 *
 * The prior curves say where a mean picture reaches the target and how many
 * bits it takes there. Pictures spread widely around the mean, so the size is
 * an order of magnitude and says so.
 */
import type { Size } from '../base/size.ts';
import { type Encoding, encodingText } from '../image/encoding.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { ChosenFormat } from '../plan/program.ts';
import {
  forcedChroma,
  gifEncoding,
  isLossyFormat,
  losslessEncoding,
  lossyEncoding,
  paletteEncoding,
  progressiveJpeg,
  type Style,
} from './formats/encodings.ts';
import { type Picture, qualityRequestFor } from './formats/quality-request.ts';
import { configOf, lnBpp, qualityFor } from './model/priors.ts';
import type { Mode } from './task.ts';

export interface EstimateInput {
  readonly output: Picture;
  readonly chosen: ChosenFormat;
  readonly info: SourceInfo;
  /** Of one frame of the result. */
  readonly size: Size;
  readonly mode: Mode;
}

/** The expected encoding in words: "avif q52 e1 4:4:4 8bit for a score of 68, about 35 kB". */
export function predict(question: EstimateInput): string {
  const { output, chosen, info, size, mode } = question;
  const { format } = chosen;
  const ask = qualityRequestFor(output, chosen, false);
  if (format === 'gif') return encodingText(gifEncoding(output.colors ?? 256, mode));
  if (format === 'png') {
    const palette = chosen.palette ?? output.colors;
    return encodingText(palette ? paletteEncoding(palette, mode) : losslessEncoding('png', mode));
  }
  if (!isLossyFormat(format)) return format;
  if (ask.kind === 'lossless') return encodingText(losslessEncoding('webp', mode));
  const style: Style = {
    format,
    stage: 'final',
    mode,
    sharpChroma: format === 'avif' || (format === 'jpeg' && forcedChroma(output) === '4:4:4'),
    target: ask.kind === 'target' ? ask.score : undefined,
    progressive: progressiveJpeg(output, info),
  };
  const config = configOf(lossyEncoding(style, 75))!;
  const quality = ask.kind === 'quality' ? ask.quality : qualityFor(config, ask.score);
  const encoding: Encoding = lossyEncoding(style, quality);
  const bytes = (size.width * size.height * Math.exp(lnBpp(config, quality))) / 8;
  const aim = ask.kind === 'target' ? ` for a score of ${ask.score}` : '';
  return `${encodingText(encoding)}${aim}, about ${kilobytes(bytes)}`;
}

function kilobytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1000))} kB`;
}
