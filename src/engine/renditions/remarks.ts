/** Remarks: what a client may wonder about in a rendition that was made. Pure. */
import { type Diagnostic, note, warning } from '../../base/diagnostic.ts';
import { sizeText } from '../../base/size.ts';
import type { FindingName } from '../../image/findings.ts';
import { LONGEST_FRAME } from '../../image/frame-times.ts';
import { levelFor } from '../../image/h264.ts';
import { isAnimation, type SourceInfo } from '../../image/source-info.ts';
import { colorRemarks } from '../../metadata/color-remarks.ts';
import type { Receipt } from '../../optimizer/receipt.ts';
import { isVideo } from '../../plan/output.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Program } from '../../plan/program.ts';

/** What a client may wonder about in the result. */
export function remarks(
  plan: Plan,
  info: SourceInfo,
  program: Program,
  receipt: Receipt,
): Diagnostic[] {
  const out = colorRemarks(info, receipt.kind !== 'source');
  if (info.animated && plan.frames.kind === 'all' && receipt.kind !== 'source') {
    const name = info.format.toUpperCase();
    out.push(warning(`Of an animated ${name} only the first frame is shown once it is worked on.`));
  }
  if (isAnimation(info) && program.frames.count === 1 && receipt.kind !== 'source') {
    out.push(note('Only the first frame of the animation is shown in this format.'));
  }
  const wanted =
    plan.output.kind === 'picture' && plan.output.formats.find((r) => isVideo(r.format));
  if (wanted && program.frames.count === 1) {
    out.push(
      warning(
        `Only an animation becomes ${wanted.format}; this picture is delivered as ${receipt.format}.`,
      ),
    );
  }
  const { h264 } = program.output.kind === 'picture' ? program.output : {};
  if (h264 && receipt.format === 'mp4') {
    const level = levelFor(h264.level, program.size);
    if (level !== h264.level) {
      out.push(
        warning(`Frames of ${sizeText(program.size)} need level ${level}, not ${h264.level}.`),
      );
    }
  }
  const longest = LONGEST_FRAME[receipt.format];
  const delays = program.playing?.delays ?? info.delays;
  if (program.frames.count > 1 && longest && delays.some((delay) => delay > longest)) {
    out.push(
      warning(
        `No frame of a ${receipt.format} is shown for longer than ${longest / 1000} s; longer ones are cut to that.`,
      ),
    );
  }
  const adobe = program.output.kind === 'picture' && program.output.profile === 'adobe-rgb';
  if (adobe && program.delivered === undefined) {
    out.push(
      warning(`This ${receipt.format} carries no profile; it is in sRGB, not in Adobe RGB.`),
    );
  }
  const { insteadOf } = program.chosen ?? {};
  if (insteadOf) {
    out.push(
      warning(
        `Expected a picture that fits ${insteadOf}, got one of ${sizeText(program.size)}; it is delivered as ${receipt.format}.`,
      ),
    );
  }
  const { width, height } = program.size;
  const grown = receipt.bytes > info.bytes && width * height < info.width * info.height;
  if (grown && info.palette !== undefined && receipt.format === 'png') {
    out.push(
      warning(
        'Smaller in pixels, it takes more bytes than its source, whose palette is not enough for it.',
      ),
    );
  }
  const exact =
    program.chosen?.lossless ||
    (program.output.kind === 'picture' && program.output.quality.kind === 'lossless');
  if (exact && info.depth > 8 && receipt.kind === 'encoded') {
    out.push(
      warning(
        `The source has ${info.depth} bits per channel, the result 8: not every level is kept.`,
      ),
    );
  }
  if (receipt.outOfReach) {
    out.push(note('The target is out of reach for this encoder; the best it can do is delivered.'));
  }
  return out;
}

const UNPLACED = 'Content could not be looked for; the window stands in the middle.';

/** What a client is told of a finding that could not be made. */
const WITHOUT: Readonly<Record<FindingName, string>> = {
  faces: 'Faces could not be looked for; the picture is made as if it showed none.',
  facesInMotion: 'Faces could not be looked for; the animation is made as if it showed none.',
  redEyes: 'Red eyes could not be looked for; the picture is made as if it showed none.',
  enhancement: 'The tones of the source could not be measured; the picture is not enhanced.',
  saliency: UNPLACED,
  entropy: UNPLACED,
  edges: UNPLACED,
};

/** The remark on a picture that was made without a finding. */
export function withoutFinding(name: FindingName): Diagnostic {
  return warning(WITHOUT[name]);
}
