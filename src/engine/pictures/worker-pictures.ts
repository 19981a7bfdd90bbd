/**
 * WorkerPictures: the second pictures of one task, inside a worker.
 *
 * Each is probed and its own steps are lowered when the plan comes to it, and it is rendered when
 * a step draws it. One that cannot be read counts as absent: the picture is made without it, and a
 * remark says so.
 */
import { BLACK, type Color, WHITE } from '../../base/color.ts';
import { type Diagnostic, notUsed } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import type { Size } from '../../base/size.ts';
import type { FindingName } from '../../image/findings.ts';
import type { PictureLimits } from '../../image/picture-limits.ts';
import type { Raster } from '../../image/raster.ts';
import type { TextDrawing } from '../../image/text-drawing.ts';
import type { OpOf, SecondPicture } from '../../plan/op.ts';
import type { Instruction, Known, KnownPicture } from '../../plan/program.ts';
import { probe } from '../../vips/probe.ts';
import { type RenderContext, render } from '../../vips/render.ts';
import type { SourceFile } from '../../vips/source-file.ts';
import { paletteOf } from '../../vision/palette.ts';
import { FINDERS } from '../findings/finders.ts';
import { type FindingsMap, SourceFindings } from '../findings/source-findings.ts';
import { withSource } from '../sources/checked-source.ts';
import type { WorkerPicture } from '../worker-protocol.ts';
import { programOf, type TaskPictures } from './program-of.ts';

/** A second picture whose bytes have been found to be what they should be. */
export interface OpenPicture extends Pick<WorkerPicture, 'param' | 'hash'> {
  /** Absent: it could not be had. */
  readonly file?: SourceFile;
}

/** What `work` makes of second pictures. @throws Fault source-lost, where one was altered meanwhile */
export async function withPictures<Result>(
  pictures: readonly WorkerPicture[],
  work: (open: readonly OpenPicture[]) => Promise<Result>,
): Promise<Result> {
  const open = async (done: readonly OpenPicture[]): Promise<Result> => {
    const next = pictures[done.length];
    if (next === undefined) return work(done);
    const { source, param, hash } = next;
    if (source === undefined) return open([...done, { param, hash }]);
    return withSource(source, (file) => open([...done, { param, hash, file }]));
  };
  return open([]);
}

/** The vibrant dark and the vibrant light color of a picture, or its first and last (docs/spec/imgix.md 5.4.3). */
function ownColors(raster: Raster): readonly [Color, Color] {
  const { colors, dominant } = paletteOf(raster, 6);
  const ends = [...colors].sort((a, b) => luma(a) - luma(b));
  const dark = dominant.vibrant_dark ?? ends[0] ?? BLACK;
  const light = dominant.vibrant_light ?? ends.at(-1) ?? WHITE;
  const color = ({ red, green, blue }: Rgb) => ({ red, green, blue, alpha: 1 });
  return [color(dark), color(light)];
}

type Rgb = Pick<Color, 'red' | 'green' | 'blue'>;

function luma({ red, green, blue }: Rgb): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Where the remark on text stands among those on pictures. */
const WITHOUT_SHAPE = -1;
const NO_SHAPE = notUsed('Some letters of the text have no shape in the fonts here.', 'txt');

/** A second picture could not be rendered. */
class PictureFailure extends Error {
  readonly index: number;

  constructor(index: number, cause: Fault) {
    super(cause.message, { cause });
    this.index = index;
  }
}

export class WorkerPictures implements TaskPictures {
  readonly #open: readonly OpenPicture[];
  readonly #limits: PictureLimits;
  readonly #found: FindingsMap;
  readonly #known: (KnownPicture | 'absent' | undefined)[];
  readonly #findings = new Map<number, SourceFindings>();
  readonly #remarks = new Map<number, Diagnostic>();
  /** For the renderer. */
  readonly context: RenderContext;

  /** @param found what this worker has found on sources */
  constructor(open: readonly OpenPicture[], limits: PictureLimits, found: FindingsMap) {
    this.#open = open;
    this.#limits = limits;
    this.#found = found;
    this.#known = open.map(() => undefined);
    open.forEach(({ file }, index) => {
      if (file === undefined) this.#drop(index, 'could not be fetched');
    });
    this.context = this.#context();
  }

  /** By their places. */
  get known(): NonNullable<Known['pictures']> {
    return this.#known;
  }

  /** What was left out. */
  get remarks(): readonly Diagnostic[] {
    return [...this.#remarks.values()];
  }

  /** @throws Fault bad-parameter, where one was left out */
  demandAll(): void {
    const first = [...this.#remarks].find(([index]) => index !== WITHOUT_SHAPE)?.[1];
    if (first !== undefined) {
      const text = `${first.message} This source refuses such requests.`;
      throw new Fault('bad-parameter', text, { param: first.param });
    }
  }

  /** Makes a picture, and a finding on it, known; absent where it cannot be read. */
  async prepare({ index, ops }: SecondPicture, finding?: FindingName): Promise<void> {
    const file = this.#open[index]?.file;
    if (file === undefined) {
      this.#known[index] = 'absent';
      return;
    }
    try {
      const before = this.#known[index];
      if (before !== undefined && before !== 'absent' && finding !== undefined) {
        const findings = this.#findingsOf(index);
        await findings.find(finding, file, before.info);
        this.#known[index] = { ...before, findings: findings.known };
        return;
      }
      const info = await probe(file, this.#limits);
      const findings = this.#findingsOf(index);
      const plan = {
        frames: { kind: 'one', index: 0 },
        ops,
        // Only its steps are asked for.
        output: { kind: 'blurhash', x: 1, y: 1 },
      } as const;
      const { instructions, size, alpha } = await programOf({
        ...{ file, info, plan, findings },
        accepts: [],
        pictures: this,
      });
      this.#known[index] = { info, findings: findings.known, instructions, size, alpha };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#drop(index, `could not be read: ${error.message}`);
    }
  }

  async heightOf(op: OpOf<'text-canvas'>): Promise<number> {
    const { typesetter, textCanvas } = await import('../../text/typeset.ts');
    return textCanvas(op, await typesetter()).height;
  }

  /** Text as outlines; its shaper and fonts are loaded by the first that asks. */
  async #typeset(op: OpOf<'text' | 'text-canvas'>, size: Size): Promise<TextDrawing> {
    const { typesetter, textCanvas, textOn } = await import('../../text/typeset.ts');
    const by = await typesetter();
    const drawing = op.kind === 'text' ? textOn(op, size, by) : textCanvas(op, by);
    if (drawing.missing) this.#remarks.set(WITHOUT_SHAPE, NO_SHAPE);
    return drawing;
  }

  /** Whether an error says that a second picture cannot be rendered; it is absent from then on. */
  leavesOut(error: unknown): boolean {
    if (!(error instanceof PictureFailure)) return false;
    this.#drop(error.index, `could not be read: ${error.message}`);
    return true;
  }

  async #render(index: number, instructions: readonly Instruction[]) {
    const known = this.#known[index];
    const file = this.#open[index]?.file;
    if (known === undefined || known === 'absent' || file === undefined) {
      throw new Error(`Expected second picture ${index} to be known.`);
    }
    const input = { frames: { first: 0, count: 1 }, color: 'srgb', instructions } as const;
    try {
      return await render(file, known.info, input, this.#context());
    } catch (error) {
      throw error instanceof Fault ? new PictureFailure(index, error) : error;
    }
  }

  /** Of one picture: what its first frame is made of holds for all. */
  #context(): RenderContext {
    let own: readonly [Color, Color] | undefined;
    return {
      picture: (...of) => this.#render(...of),
      typeset: (...of) => this.#typeset(...of),
      ownColors(raster) {
        own ??= ownColors(raster);
        return own;
      },
    };
  }

  #findingsOf(index: number): SourceFindings {
    let findings = this.#findings.get(index);
    if (findings === undefined) {
      findings = new SourceFindings(FINDERS, this.#found, this.#open[index]?.hash ?? '', 0);
      this.#findings.set(index, findings);
    }
    return findings;
  }

  #drop(index: number, why: string): void {
    this.#known[index] = 'absent';
    const param = this.#open[index]?.param ?? 'mark';
    const text = `The picture of ${param} ${why.replace(/\.$/, '')}; it is left out.`;
    this.#remarks.set(index, notUsed(text, param));
  }
}
