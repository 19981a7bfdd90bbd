/**
 * Predict: what the optimizer expects to deliver, before a pixel is decoded.
 *
 * The prior curves say where a mean picture reaches the target and how many
 * bits it takes there. Pictures spread widely around the mean, so the size is
 * an order of magnitude and says so.
 */
import type { Size } from '../base/size.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { ChosenFormat } from '../plan/program.ts';
import type { Codec, Codecs, LossyCoding } from './codecs/codec.ts';
import { CODECS } from './codecs/index.ts';
import { type Picture, qualityRequestFor } from './formats/quality-request.ts';
import { lnBpp, qualityFor } from './model/priors.ts';
import type { Mode } from './task.ts';

export interface EstimateInput {
  readonly output: Picture;
  readonly chosen: ChosenFormat;
  readonly info: SourceInfo;
  /** Of one frame of the result. */
  readonly size: Size;
  readonly mode: Mode;
}

/**
 * The expected encoding in words: "avif q52 e1 4:4:4 8bit for a score of 68, about 35 kB";
 * the name of the format where it cannot be written.
 */
export function predict(input: EstimateInput, codecs: Codecs = CODECS): string {
  const codec = codecs[input.chosen.format];
  if (codec === undefined) return input.chosen.format;
  const { lossy } = codec;
  return lossy === undefined ? withoutQuality(codec, input) : withQuality(codec, lossy, input);
}

function withQuality(
  codec: Codec,
  lossy: LossyCoding,
  { output, chosen, info, size, mode }: EstimateInput,
): string {
  const request = qualityRequestFor(output, chosen, false, codec);
  if (request.kind === 'lossless' && codec.lossless !== undefined) {
    return codec.text(codec.lossless.encoding(mode));
  }
  const target = request.kind === 'target' ? request.score : undefined;
  const { progressive, sharpChroma = lossy.chroma.usual } = lossy.fixed({
    output,
    info,
    identity: false,
  });
  const style = { stage: 'final', mode, sharpChroma, target, progressive } as const;
  const prior = lossy.curve(lossy.encoding(style, 75));
  const quality = request.kind === 'quality' ? request.quality : qualityFor(prior, target ?? 100);
  const bytes = (size.width * size.height * Math.exp(lnBpp(prior, quality))) / 8;
  const aim = target === undefined ? '' : ` for a score of ${target}`;
  return `${codec.text(lossy.encoding(style, quality))}${aim}, about ${kilobytes(bytes)}`;
}

function withoutQuality({ text, lossless, palette }: Codec, input: EstimateInput): string {
  const { output, chosen, mode } = input;
  // A format without a lossless coding always has a palette, of all colors where none are named.
  const colors =
    lossless === undefined ? (output.colors ?? 256) : (chosen.palette ?? output.colors);
  const encoding = colors && palette ? palette.encoding(colors, mode) : lossless?.encoding(mode);
  return encoding === undefined ? chosen.format : text(encoding);
}

function kilobytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1000))} kB`;
}
