/**
 * Negotiation: the first format rule that holds for this picture and this client.
 *
 * Pure. Where the winning rule was negotiated, the later rules that hold too
 * are kept as alternatives: formats that the client and the plan accept, and
 * that the optimizer may deliver when they turn out smaller.
 */
import type { Size } from '../base/size.ts';
import { type FormatName, formatCard } from '../image/format.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { FormatCondition, FormatRule, Output } from './output.ts';
import type { ChosenFormat } from './program.ts';

export interface PictureFacts {
  readonly info: SourceInfo;
  readonly accepts: ReadonlySet<FormatName>;
  readonly size: Size;
  readonly animated: boolean;
  readonly alpha: boolean;
  /** Nothing changes the picture: the file of the source shows what is asked for. */
  readonly untouched: boolean;
}

export interface Choice {
  readonly chosen: ChosenFormat;
  readonly alternatives: readonly ChosenFormat[];
}

/** The format for a picture and the others that would do as well. */
export function negotiateFormat(
  { formats }: Extract<Output, { kind: 'picture' }>,
  facts: PictureFacts,
): Choice {
  const holding = formats
    .map((rule, index) => ({ rule, index, format: formatOf(rule, facts) }))
    .filter(({ rule, format }) => holds(rule.when ?? {}, facts) && !passedOver(rule, format));
  const [first, ...rest] = holding.filter(({ rule, format }) => fitsFormat(rule, format, facts));
  const asked = holding.find(({ rule }) => rule.when?.accepts === undefined);
  const insteadOf =
    asked && asked.index < (first?.index ?? Infinity) && isWritten(asked.rule, asked.format)
      ? { insteadOf: asked.format }
      : {};
  if (first === undefined) {
    return { chosen: { ...lastResort(facts), ...insteadOf }, alternatives: [] };
  }
  const choiceOf = ({ rule, index, format }: (typeof holding)[number]) => ({
    ...chosenFormat(rule, index, format, facts.info),
    ...(isFileOnly(format, facts) ? { onlySource: true } : {}),
  });
  const chosen = { ...choiceOf(first), ...insteadOf };
  if (first.rule.when?.accepts === undefined) return { chosen, alternatives: [] };
  const others = rest.map(choiceOf);
  // A final rule wants its own format; the file of the source may still stand in for it.
  const alternatives = first.rule.final
    ? others
        .filter(({ format }) => format === facts.info.format)
        .map((other) => ({ ...other, onlySource: true }))
    : others;
  return { chosen, alternatives };
}

/** Whether a format moves in the very file of the source alone: this build reads its animations and writes none. */
function isFileOnly(format: FormatName, { info, animated, untouched }: PictureFacts): boolean {
  return animated && untouched && format === info.format && !formatCard(format).animation;
}

/**
 * The format that a rule means. Of an animation the format of the source is GIF where this build writes
 * no animations in it, for every client shows GIF; the file itself, which every client of `image/png` shows
 * as well, where nothing changes the picture (docs/spec/http.md 14.16).
 */
function formatOf(rule: FormatRule, facts: PictureFacts): FormatName {
  const { info, animated } = facts;
  const meant = rule.format === 'source' ? info.format : rule.format;
  if (!animated || (formatCard(info.format).animation && !RARELY_SHOWN.has(info.format))) {
    return meant;
  }
  const asSource = rule.format === 'source' || rule.when?.source?.includes(info.format) === true;
  const forAnimations = rule.when?.animated === true && rule.format === 'gif';
  if (!(asSource && meant === info.format) && !forAnimations) return meant;
  return isFileOnly(info.format, facts) ? info.format : 'gif';
}

function chosenFormat(
  { lossless = false, palette, untargeted = false }: FormatRule,
  index: number,
  format: FormatName,
  info: SourceInfo,
): ChosenFormat {
  const mayHavePalette = untargeted && info.palette !== undefined;
  return {
    format,
    // Without a palette every pixel is kept, and every level of each
    lossless: lossless || (untargeted && !mayHavePalette),
    ...(palette === undefined ? {} : { palette }),
    ...(mayHavePalette ? { untargeted: true } : {}),
    rule: index,
  };
}

function holds(when: FormatCondition, { info, accepts, animated, alpha }: PictureFacts): boolean {
  return (
    (when.accepts === undefined || accepts.has(when.accepts)) &&
    (when.animated === undefined || when.animated === animated) &&
    (when.alpha === undefined || when.alpha === alpha) &&
    (when.source === undefined || when.source.includes(info.format)) &&
    (when.sourceLossless === undefined || when.sourceLossless === info.lossless) &&
    (when.sourcePalette === undefined || when.sourcePalette === (info.palette !== undefined))
  );
}

/**
 * Formats that few clients show: a rule that keeps the format of the source passes them over, for it asks
 * nobody what he accepts (docs/spec/http.md 3.2).
 */
const RARELY_SHOWN: ReadonlySet<FormatName> = new Set(['jxl']);

/** Of an animation its rule means GIF by now. */
const passedOver = (rule: FormatRule, format: FormatName): boolean =>
  rule.format === 'source' && RARELY_SHOWN.has(format);

/** Whether this build can write the format; a drawing is made where it is asked for by name, never because the source is one. */
function isWritten(rule: FormatRule, format: FormatName): boolean {
  const { encodable, traced } = formatCard(format);
  return encodable || (traced && rule.format !== 'source');
}

/** Whether this build can write the format, and the format can hold the picture. */
function fitsFormat(rule: FormatRule, format: FormatName, facts: PictureFacts): boolean {
  const card = formatCard(format);
  const { size } = facts;
  if (!isWritten(rule, format) || (!card.still && !facts.animated)) return false;
  if (Math.max(size.width, size.height) > card.maxSide) return false;
  const pixels = size.width * size.height;
  const { maxPixels = Number.POSITIVE_INFINITY, minNegotiatedPixels = 0 } = card;
  const negotiated = rule.when?.accepts !== undefined;
  return pixels <= maxPixels && (!negotiated || pixels >= minNegotiatedPixels);
}

/** No rule held: what every client can show. */
function lastResort({ info, animated, alpha }: PictureFacts): ChosenFormat {
  const format = animated ? 'gif' : alpha || info.format === 'gif' ? 'png' : 'jpeg';
  return { format, lossless: false, rule: -1 };
}
