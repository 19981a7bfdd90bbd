/**
 * The program that codes and decodes with the package node-av: a child of a render worker.
 *
 * Its one argument says what to do. It reads frames in planes, or a file, from its
 * standard input and writes a Matroska to its standard output. The package is the operator's
 * to install: it is loaded by its name, and described here as far as it is used.
 */
import { once } from 'node:events';
import { avcRecord, unitsOf, withLengths } from '../containers/video/h264.ts';
import { rawFrameHead, rawVideoHead, writeMatroska } from '../containers/video/matroska.ts';
import { type Packet, startsOf } from '../containers/video/packet.ts';
import type { VideoEncoding } from '../image/encoding.ts';
import type { VideoShape } from '../image/video.ts';
import { planeBytes } from '../raster/yuv.ts';
import { rateFactor } from './back-end.ts';

/** What the child is to do. */
export type NodeAvJob = { readonly threads: number; readonly shape: VideoShape } & (
  | { readonly kind: 'encode'; readonly encoding: VideoEncoding }
  | { readonly kind: 'decode'; readonly numbers: readonly number[] }
);

/** node-av/lib: the objects of FFmpeg, with its numbers for results: below 0 is an error. */
interface Lib {
  readonly Codec: { findEncoderByName(name: string): object | null };
  readonly CodecContext: new () => CodecContext;
  readonly Dictionary: { fromObject(options: Readonly<Record<string, string>>): object };
  readonly Frame: { fromVideoBuffer(bytes: Buffer, facts: object): Frame };
  readonly Packet: new () => CodedPacket;
  readonly Rational: new (num: number, den: number) => object;
}

interface CodecContext {
  width: number;
  height: number;
  pixelFormat: number;
  timeBase: object;
  framerate: object;
  bitRate: bigint;
  colorRange: number;
  colorPrimaries: number;
  colorTrc: number;
  colorSpace: number;
  threadCount: number;
  level: number;
  flags: number;
  readonly extraData: Buffer | null | undefined;
  allocContext3(codec: object): void;
  open2(codec: object, options: object): Promise<number>;
  sendFrame(frame: Frame | null): Promise<number>;
  receivePacket(packet: CodedPacket): Promise<number>;
}

interface Frame {
  duration: bigint;
  readonly pts: bigint;
  toBuffer(): Buffer;
  free(): void;
}

interface CodedPacket {
  readonly data: Buffer | null;
  readonly pts: bigint;
  readonly isKeyframe: boolean;
  alloc(): void;
  unref(): void;
}

/** node-av/api: a file, its streams and its frames. */
interface Api {
  readonly Demuxer: { open(file: Buffer): Promise<Demuxer> };
  readonly Decoder: { create(stream: Stream): Promise<Decoder> };
}

interface Demuxer {
  video(): Stream | undefined;
  packets(index: number): AsyncIterable<unknown>;
}

interface Stream {
  readonly index: number;
}

interface Decoder {
  frames(packets: AsyncIterable<unknown>): AsyncIterable<Frame | null>;
}

type Constants = Readonly<Record<string, number>>;

/** Not a literal, so that nobody needs the package to build this. */
const PACKAGE: string = 'node-av';

/** What a video says of its colors: BT.709, limited range (docs/spec/video.md 3.1). */
const BT709 = {
  colorRange: 'AVCOL_RANGE_MPEG',
  colorPrimaries: 'AVCOL_PRI_BT709',
  colorTrc: 'AVCOL_TRC_BT709',
  colorSpace: 'AVCOL_SPC_BT709',
} as const;

/** Frames per second that rate control counts with; their own times are what is written. */
const USUAL_RATE = 25;

async function encode(job: NodeAvJob & { readonly kind: 'encode' }): Promise<void> {
  const lib: Lib = await import(`${PACKAGE}/lib`);
  const numbers: Constants = await import(`${PACKAGE}/constants`);
  const { shape, encoding, threads } = job;
  const { name, options } = optionsOf(encoding);
  const codec = lib.Codec.findEncoderByName(name);
  if (codec === null) throw new Error(`expected an encoder ${name}, got none`);
  const context = new lib.CodecContext();
  context.allocContext3(codec);
  const clock = new lib.Rational(1, 1000);
  const format = numbers.AV_PIX_FMT_YUV420P!;
  Object.assign(context, {
    width: shape.width,
    height: shape.height,
    pixelFormat: format,
    timeBase: clock,
    framerate: new lib.Rational(USUAL_RATE, 1),
    bitRate: 0n,
    threadCount: threads,
  });
  for (const [field, value] of Object.entries(BT709))
    Object.assign(context, { [field]: numbers[value] });
  context.flags |= numbers.AV_CODEC_FLAG_GLOBAL_HEADER!;
  checked(await context.open2(codec, lib.Dictionary.fromObject(options)));
  const packets: Packet[] = [];
  const packet = new lib.Packet();
  packet.alloc();
  const take = async () => {
    while ((await context.receivePacket(packet)) >= 0) {
      const { data, pts, isKeyframe } = packet;
      packets.push({ data: Buffer.from(data ?? []), time: Number(pts), key: isKeyframe });
      packet.unref();
    }
  };
  const starts = startsOf(shape.delays);
  let number = 0;
  for await (const planes of framesOf(process.stdin, planeBytes(shape))) {
    const { width, height } = shape;
    const pts = BigInt(starts[number]!);
    const frame = lib.Frame.fromVideoBuffer(planes, {
      width,
      height,
      format,
      timeBase: clock,
      pts,
    });
    frame.duration = BigInt(shape.delays[number]!);
    checked(await context.sendFrame(frame));
    frame.free();
    await take();
    number++;
  }
  checked(await context.sendFrame(null));
  await take();
  const duration = shape.delays.reduce((sum, delay) => sum + delay, 0);
  const { width, height } = shape;
  const video = { width, height, duration };
  if (encoding.format === 'webm')
    return await write(writeMatroska({ ...video, codec: 'vp9', packets }));
  const setup = avcRecord(unitsOf(context.extraData ?? new Uint8Array(0)));
  const framed = packets.map(({ data, ...rest }) => ({
    ...rest,
    data: withLengths(unitsOf(data)),
  }));
  await write(
    writeMatroska({ ...video, codec: 'h264', packets: framed, ...(setup ? { setup } : {}) }),
  );
}

/** The encoder of an encoding, and its settings as FFmpeg names them. */
function optionsOf(encoding: VideoEncoding) {
  const crf = String(rateFactor(encoding));
  if (encoding.format === 'mp4') {
    const { preset, profile, level } = encoding;
    const options = { preset, crf, profile, ...(level === undefined ? {} : { level }) };
    return { name: 'libx264', options };
  }
  const { deadline, speed } = encoding;
  return {
    name: 'libvpx-vp9',
    options: { crf, deadline, 'cpu-used': String(speed), 'row-mt': '1' },
  };
}

async function decode({ shape, numbers }: NodeAvJob & { readonly kind: 'decode' }): Promise<void> {
  // The package asks for it on Node 20, which it says it supports.
  Object.assign(Promise, { withResolvers: withResolvers });
  const { Demuxer, Decoder }: Api = await import(`${PACKAGE}/api`);
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  const input = await Demuxer.open(Buffer.concat(parts));
  const stream = input.video();
  if (stream === undefined) throw new Error('expected a file with a video, got none');
  const decoder = await Decoder.create(stream);
  const wanted = new Set(numbers);
  await write(rawVideoHead(shape));
  let number = 0;
  for await (const frame of decoder.frames(input.packets(stream.index))) {
    if (frame === null) continue;
    if (wanted.has(number)) {
      const planes = frame.toBuffer();
      await write(rawFrameHead(Number(frame.pts), shape.delays[number] ?? 0, planes.length));
      await write(planes);
    }
    frame.free();
    number++;
  }
}

function withResolvers() {
  let resolve: unknown;
  let reject: unknown;
  const promise = new Promise((one, other) => {
    resolve = one;
    reject = other;
  });
  return { promise, resolve, reject };
}

function checked(result: number): void {
  if (result < 0) throw new Error(`expected FFmpeg to go on, got its error ${result}`);
}

/** A stream in pieces of one length. */
async function* framesOf(stream: AsyncIterable<unknown>, length: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream) {
    held.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes < length) continue;
    const whole = Buffer.concat(held);
    let at = 0;
    for (; at + length <= whole.length; at += length) yield whole.subarray(at, at + length);
    held = [whole.subarray(at)];
    bytes = whole.length - at;
  }
}

async function write(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

const job = JSON.parse(process.argv[2] ?? '') as NodeAvJob;
await (job.kind === 'encode' ? encode(job) : decode(job));
