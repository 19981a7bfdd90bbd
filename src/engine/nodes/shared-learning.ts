/**
 * Shared learning: what searches and finders of other nodes have found out about a source.
 *
 * A node asks once, when it knows nothing itself, and tells what it has found. What is told holds for one version
 * of the encoders; it decides where a search begins and what need not be looked for again, so what is read is
 * checked by its form, and what is not of it is found out anew.
 */
import { z } from 'zod';
import type { Learned } from '../../coordination/learned.ts';
import { MOST_FACES } from '../../image/face.ts';
import type { Findings } from '../../image/findings.ts';
import type { WarmStart } from '../../optimizer/task.ts';
import { hashKey } from '../../plan/key.ts';

const number = z.number().finite();
const offset = z.object({ pixels: number.positive(), score: number, deviation: number });
const warmStart = z.object({
  offsets: z.record(z.string().max(100), z.array(offset).max(8)),
});

const side = number.nonnegative();
const point = z.object({ x: number, y: number });
const eye = point.extend({ width: side });
const face = z.object({
  confidence: number,
  bounds: z.object({ left: side, top: side, width: side, height: side }),
  leftEye: eye,
  rightEye: eye,
  mouth: point,
});
const enhancement = z.object({
  black: number,
  white: number,
  exponent: number,
  contrast: number,
  vibrance: number,
});

/** Findings that are told; grids of content are quickly found. */
const findings = z.object({
  faces: z.array(face).max(MOST_FACES).exactOptional(),
  facesInMotion: z.array(face).max(MOST_FACES).exactOptional(),
  redEyes: z
    .array(point.extend({ radius: side }))
    .max(2 * MOST_FACES)
    .exactOptional(),
  enhancement: z.union([enhancement, z.literal('none')]).exactOptional(),
});

export class SharedLearning {
  readonly #learned: Learned;
  readonly #version: () => string | undefined;

  /** @param version of the encoders, once it is known */
  constructor(learned: Learned, version: () => string | undefined) {
    this.#learned = learned;
    this.#version = version;
  }

  /** What searches of a series of plans have found. @param content names the bytes of the source */
  async warmStart(content: string, series: string): Promise<WarmStart | undefined> {
    const read = warmStart.safeParse(await this.#learned.get(this.#group(content), series));
    return read.success ? read.data : undefined;
  }

  tellWarmStart(content: string, series: string, found: WarmStart | undefined): void {
    if (found !== undefined) this.#learned.put(this.#group(content), series, found);
  }

  /** What was found on a page of the source, counted from 0. */
  async findings(content: string, page: number): Promise<Findings | undefined> {
    const read = findings.safeParse(await this.#learned.get(this.#group(content), `page ${page}`));
    return read.success ? read.data : undefined;
  }

  tellFindings(content: string, page: number, found: Findings | undefined): void {
    if (found === undefined) return;
    const { saliency: _, entropy: __, edges: ___, ...told } = found;
    if (Object.keys(told).length > 0) {
      this.#learned.put(this.#group(content), `page ${page}`, told);
    }
  }

  #group(content: string): string {
    return hashKey('learned', this.#version() ?? '', content).slice(0, 32);
  }
}
