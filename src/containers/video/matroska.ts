/**
 * Matroska between a back end and us (RFC 9559): frames that are not coded, on
 * their way in, and packets on their way out.
 *
 * The one container that says of every frame when it is shown, to the
 * millisecond, and that goes through a pipe in both directions.
 *
 * Pure.
 */
import type { Size } from '../../base/size.ts';
import { concat } from '../bytes.ts';
import {
  asUnsigned,
  type Element,
  element,
  elementHead,
  elementsOf,
  float,
  text,
  unsigned,
  variable,
} from './ebml.ts';
import type { CodedVideo, Packet } from './packet.ts';

/** The elements in use, by their names in the registry. */
const ID = {
  ...{ EBML: 0x1a45dfa3, EBMLVersion: 0x4286, EBMLReadVersion: 0x42f7 },
  ...{ EBMLMaxIDLength: 0x42f2, EBMLMaxSizeLength: 0x42f3 },
  ...{ DocType: 0x4282, DocTypeVersion: 0x4287, DocTypeReadVersion: 0x4285 },
  ...{ Segment: 0x18538067, Info: 0x1549a966, TimestampScale: 0x2ad7b1, Duration: 0x4489 },
  ...{ MuxingApp: 0x4d80, WritingApp: 0x5741 },
  ...{ Tracks: 0x1654ae6b, TrackEntry: 0xae, TrackNumber: 0xd7, TrackUID: 0x73c5 },
  ...{ TrackType: 0x83, FlagLacing: 0x9c, CodecID: 0x86, CodecPrivate: 0x63a2 },
  ...{ Video: 0xe0, PixelWidth: 0xb0, PixelHeight: 0xba, UncompressedFourCC: 0x2eb524 },
  ...{ Colour: 0x55b0, MatrixCoefficients: 0x55b1, Range: 0x55b9 },
  ...{ TransferCharacteristics: 0x55ba, Primaries: 0x55bb },
  ...{ Cues: 0x1c53bb6b, CuePoint: 0xbb, CueTime: 0xb3, CueTrackPositions: 0xb7 },
  ...{ CueTrack: 0xf7, CueClusterPosition: 0xf1 },
  ...{ Cluster: 0x1f43b675, Timestamp: 0xe7, SimpleBlock: 0xa3, BlockGroup: 0xa0 },
  ...{ Block: 0xa1, BlockDuration: 0x9b, ReferenceBlock: 0xfb },
} as const;

/** What a file written while it is made leaves open. */
const OPEN: ReadonlySet<number> = new Set([ID.Segment, ID.Cluster]);

/** Nanoseconds in a unit of time: times are milliseconds. */
const MILLISECOND = 1_000_000;

const VIDEO_TRACK = 1;

/** BT.709 in every respect, limited range (docs/spec/video.md 3.1). */
const BT709 = element(
  ID.Colour,
  unsigned(ID.MatrixCoefficients, 1),
  unsigned(ID.Range, 1),
  unsigned(ID.TransferCharacteristics, 1),
  unsigned(ID.Primaries, 1),
);

/** The beginning of a file of frames in planes of 4:2:0 (I420). */
export function rawVideoHead(size: Size): Uint8Array {
  return concat([
    header('matroska'),
    ...elementHead(ID.Segment),
    element(ID.Info, unsigned(ID.TimestampScale, MILLISECOND)),
    tracks('V_UNCOMPRESSED', size, text(ID.UncompressedFourCC, 'I420')),
  ]);
}

/** What stands before the planes of a frame of `length` bytes; nothing stands after them. */
export function rawFrameHead(time: number, delay: number, length: number): Uint8Array {
  // The number of the track, no time beside that of the cluster, no flags
  const prefix = Uint8Array.of(0x80 + VIDEO_TRACK, 0, 0, 0);
  const block = concat(elementHead(ID.Block, prefix.length + length));
  const duration = unsigned(ID.BlockDuration, delay);
  const whole = duration.length + block.length + prefix.length + length;
  const group = concat(elementHead(ID.BlockGroup, whole));
  const stamp = unsigned(ID.Timestamp, time);
  const head = elementHead(ID.Cluster, stamp.length + group.length + whole);
  return concat([...head, stamp, group, duration, block, prefix]);
}

/** What a back end has written: the set-up of its codec and its packets, as far as they are whole. */
export function readMatroska(bytes: Uint8Array): {
  readonly setup?: Uint8Array;
  readonly packets: readonly Packet[];
} {
  const packets: Packet[] = [];
  let setup: Uint8Array | undefined;
  for (const top of elementsOf(bytes, OPEN)) {
    if (top.id !== ID.Segment) continue;
    for (const part of elementsOf(top.data, OPEN)) {
      if (part.id === ID.Tracks) setup ??= privateOf(part);
      if (part.id === ID.Cluster) packets.push(...packetsOf(part));
    }
  }
  return { packets, ...(setup === undefined ? {} : { setup }) };
}

function privateOf({ data }: Element): Uint8Array | undefined {
  for (const track of elementsOf(data, OPEN)) {
    for (const field of elementsOf(track.data, OPEN)) {
      if (field.id === ID.CodecPrivate) return field.data;
    }
  }
  return undefined;
}

function* packetsOf({ data }: Element): Generator<Packet> {
  let start = 0;
  for (const part of elementsOf(data, OPEN)) {
    if (part.id === ID.Timestamp) start = asUnsigned(part) ?? 0;
    if (part.id === ID.SimpleBlock) {
      const packet = packetOf(part.data, start, (flags) => (flags & 0x80) !== 0);
      if (packet) yield packet;
    }
    if (part.id === ID.BlockGroup) {
      const fields = [...elementsOf(part.data, OPEN)];
      const refers = fields.some(({ id }) => id === ID.ReferenceBlock);
      const block = fields.find(({ id }) => id === ID.Block);
      const packet = block && packetOf(block.data, start, () => !refers);
      if (packet) yield packet;
    }
  }
}

/** A block of one frame: its track, its time beside that of the cluster, its flags, its bytes. */
function packetOf(
  block: Uint8Array,
  start: number,
  isKey: (flags: number) => boolean,
): Packet | undefined {
  const track = variable(block, 0, 8);
  if (track === undefined || track.end + 3 > block.length) return undefined;
  const view = new DataView(block.buffer, block.byteOffset + track.end, 3);
  return {
    data: block.subarray(track.end + 3),
    time: start + view.getInt16(0),
    key: isKey(view.getUint8(2)),
  };
}

/** Longest time of a cluster, in milliseconds: the times of its packets have 16 bits with a sign. */
const CLUSTER_TIME = 30_000;

/** How the two codecs are called, and the kind of file they may stand in. */
const CODECS = {
  vp9: { id: 'V_VP9', type: 'webm' },
  h264: { id: 'V_MPEG4/ISO/AVC', type: 'matroska' },
} as const;

/**
 * A WebM, or of H.264 a Matroska: with its duration, BT.709, and where its key frames are, before the
 * packets, so that it plays while it comes. The same packets give the same bytes.
 */
export function writeMatroska({
  codec: name,
  setup,
  packets,
  duration,
  ...size
}: CodedVideo): Uint8Array {
  const { id, type } = CODECS[name];
  const clusters = clustersOf(packets).map((group) => ({
    time: group[0]!.time,
    key: group[0]!.key,
    bytes: cluster(group),
  }));
  const info = element(
    ID.Info,
    unsigned(ID.TimestampScale, MILLISECOND),
    text(ID.MuxingApp, 'Fovea'),
    text(ID.WritingApp, 'Fovea'),
    float(ID.Duration, duration),
  );
  const codec = setup === undefined ? [] : [element(ID.CodecPrivate, setup)];
  const track = tracks(id, size, BT709, codec);
  const cues = (positions: readonly number[]) =>
    element(
      ID.Cues,
      ...clusters.flatMap(({ time, key }, i) => (key ? [cue(time, positions[i]!)] : [])),
    );
  const first = info.length + track.length + cues(clusters.map(() => 0)).length;
  let position = first;
  const positions = clusters.map(({ bytes }) => {
    position += bytes.length;
    return position - bytes.length;
  });
  const content = [info, track, cues(positions), ...clusters.map(({ bytes }) => bytes)];
  return concat([header(type), element(ID.Segment, ...content)]);
}

/** A cluster begins with each key frame, and where its time would be too long. */
function clustersOf(packets: readonly Packet[]): Packet[][] {
  const groups: Packet[][] = [];
  for (const packet of packets) {
    const group = groups.at(-1);
    const late = group === undefined || packet.time - group[0]!.time > CLUSTER_TIME;
    if (packet.key || late) groups.push([packet]);
    else group.push(packet);
  }
  return groups;
}

function cluster(packets: readonly Packet[]): Uint8Array {
  const start = packets[0]!.time;
  const blocks = packets.map(({ data, time, key }) => {
    const prefix = Uint8Array.of(0x80 + VIDEO_TRACK, 0, 0, key ? 0x80 : 0);
    new DataView(prefix.buffer).setInt16(1, time - start);
    return element(ID.SimpleBlock, prefix, data);
  });
  return element(ID.Cluster, unsigned(ID.Timestamp, start), ...blocks);
}

/** With eight bytes for the position, so that the length of all is known before the positions are. */
function cue(time: number, position: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(position));
  const where = element(ID.CueClusterPosition, bytes);
  const place = element(ID.CueTrackPositions, unsigned(ID.CueTrack, VIDEO_TRACK), where);
  return element(ID.CuePoint, unsigned(ID.CueTime, time), place);
}

function tracks(
  codec: string,
  { width, height }: Size,
  color: Uint8Array,
  more: readonly Uint8Array[] = [],
): Uint8Array {
  const video = element(
    ID.Video,
    unsigned(ID.PixelWidth, width),
    unsigned(ID.PixelHeight, height),
    color,
  );
  const entry = element(
    ID.TrackEntry,
    unsigned(ID.TrackNumber, VIDEO_TRACK),
    unsigned(ID.TrackUID, VIDEO_TRACK),
    unsigned(ID.TrackType, 1),
    unsigned(ID.FlagLacing, 0),
    text(ID.CodecID, codec),
    ...more,
    video,
  );
  return element(ID.Tracks, entry);
}

function header(type: 'matroska' | 'webm'): Uint8Array {
  return element(
    ID.EBML,
    unsigned(ID.EBMLVersion, 1),
    unsigned(ID.EBMLReadVersion, 1),
    unsigned(ID.EBMLMaxIDLength, 4),
    unsigned(ID.EBMLMaxSizeLength, 8),
    text(ID.DocType, type),
    unsigned(ID.DocTypeVersion, 4),
    unsigned(ID.DocTypeReadVersion, 2),
  );
}
