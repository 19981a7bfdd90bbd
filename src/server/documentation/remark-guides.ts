/**
 * Remark guides: what each remark of the server means, a URL that yields it, and what helps.
 *
 * One row per sentence that a request may be told in `Fovea-Warning` or by `explain`. The page of remarks is written from
 * this table (docs/reference/remarks.md); the server itself reads none of it.
 */
import { PICTURE_REMARKS } from './picture-remark-guides.ts';

export interface RemarkGuide {
  /** Who says it: one dialect, or whoever makes a picture. */
  readonly of: 'fastly' | 'imgix' | 'imageoptim' | 'every dialect' | 'pictures';
  /** The sentence; `…` stands for what is put in. */
  readonly says: string;
  /** One sentence: what has happened. */
  readonly means: string;
  /** What the one who asked, or who operates the server, can do. */
  readonly helps: string;
  /** A target below the mount that yields it; absent where a source of some kind is needed, which `means` names. */
  readonly example?: string;
  /** Headers of that request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The dialect of the example where `of` names none. */
  readonly in?: 'fastly' | 'imgix' | 'imageoptim';
}

const URL_REMARKS = {
  'fastly-value': {
    of: 'fastly',
    says: 'Parameter …: expected …, got …',
    means: 'The value cannot be read, and the parameter counts as absent.',
    helps: 'Write a value as the row of the parameter says. `strict_params` makes it an error.',
    example: '/a.jpg?width=abc',
  },
  'fastly-no-effect': {
    of: 'fastly',
    says: 'Parameter …: it has no effect here',
    means: 'The service documents the parameter, and this server does not do it.',
    helps: 'Leave it out, or have it refused with `unsupported: refuse`.',
  },
  'fastly-beside': {
    of: 'fastly',
    says: 'Parameter …: it has no effect beside …',
    means: 'Another parameter takes the place of this one.',
    helps: 'Keep the one that is meant.',
    example: '/a.jpg?optimize=medium&quality=80',
  },
  'fastly-needs': {
    of: 'fastly',
    says: 'Parameter …: it has an effect only with …',
    means: 'The parameter changes what another one does, and that is not there.',
    helps: 'Write the other one beside it, or leave both out.',
    example: '/a.jpg?level=3.1',
  },
  'fastly-unknown': {
    of: 'fastly',
    says: 'Parameter …: it is not known…',
    means: 'The name is none of the service, and looks like one.',
    helps: 'Write the name as the remark proposes.',
    example: '/a.jpg?WIDTH=300',
  },
  'fastly-smart-places': {
    of: 'fastly',
    says: 'Parameter …: smart places the window, positions do not',
    means: '`smart` looks for the content, so the positions beside it do nothing.',
    helps: 'Leave out either `smart` or the positions.',
    example: '/a.jpg?crop=1:1,x10,y10,smart',
  },
  'fastly-smart-ratio': {
    of: 'fastly',
    says: 'Parameter …: smart needs a ratio like 1:1, the window is placed without it',
    means: '`smart` stands beside a size in pixels, for which the service does not do it.',
    helps: 'Name a ratio in `crop` and a width beside it.',
    example: '/a.jpg?crop=300,200,smart',
  },
  'fastly-longest-side': {
    of: 'fastly',
    says: 'Parameter …: the output has at most … pixels a side and is scaled to that',
    means: 'The size that is asked for is larger than the service makes.',
    helps: 'Ask for less.',
    example: '/a.jpg?width=20000',
  },
  'fastly-format': {
    of: 'fastly',
    says: 'Parameter …: … cannot be written here; …',
    means: 'The format needs a package that is not installed beside this server.',
    helps: 'Install the package that the remark names; `fovea doctor` lists those that are there.',
    example: '/a.jpg?format=jxl',
  },
  'fastly-c2pa': {
    of: 'fastly',
    says: 'Parameter …: c2pa needs signing keys and is treated as absent',
    means: 'Manifests are written only where the configuration names a certificate and its key.',
    helps: 'Set `c2pa.certificate` and `c2pa.privateKey`.',
    example: '/a.jpg?metadata=c2pa',
  },
  'fastly-header': {
    of: 'fastly',
    says: 'Header … is ignored: header_features of the source allows it',
    means: 'Overlays, montages and masks by header are off unless the source opens them.',
    helps: 'Set `header_features` in `defaults` of the source where a CDN writes these headers.',
    example: '/a.jpg',
    headers: { 'x-fastly-imageopto-overlay': 'overlay=/b.png' },
  },
  'fastly-feature': {
    of: 'fastly',
    says: '…: …: expected …',
    means: 'A field of a header with an overlay or a montage cannot be read.',
    helps: 'Write the field as the rules of the header say.',
  },
  'imgix-name': {
    of: 'imgix',
    says: 'Expected the name of a parameter, got …; ignored…',
    means: 'The name is none of the service. It is a warning where it looks like one, else a note.',
    helps: 'Write the name as the remark proposes, or leave it out.',
    example: '/a.jpg?widht=300',
  },
  'imgix-value': {
    of: 'imgix',
    says: 'Expected … for …, got …; ignored.',
    means: 'The value cannot be read, and the parameter counts as absent.',
    helps: 'Write a value as the row of the parameter says.',
    example: '/a.jpg?w=abc',
  },
  'imgix-part': {
    of: 'imgix',
    says: 'Expected … for …, got …; used as far as it goes.',
    means: 'A part of the value can be read; the rest counts as absent, or is bound.',
    helps: 'Write a value as the row of the parameter says.',
    example: '/a.jpg?auto=format,nothing',
  },
  'imgix-needs': {
    of: 'imgix',
    says: '… has an effect only with ….',
    means: 'The parameter changes what another one does, and that is not there.',
    helps: 'Write the other one beside it, or leave both out.',
    example: '/a.jpg?crop=faces',
  },
  'imgix-not-built': {
    of: 'imgix',
    says: '… has no effect here: it is not built.',
    means: 'The service documents the parameter, and this server does not do it.',
    helps: 'Leave it out, or have it refused with `unsupported: refuse`.',
    example: '/a.jpg?upscale=true',
  },
  'imgix-fill-gen': {
    of: 'imgix',
    says: 'fill=gen needs a model that this server does not carry; left out.',
    means: 'The picture is made without a generated surrounding.',
    helps: 'Take `fill=blur` or `fill=solid`.',
    example: '/a.jpg?w=300&h=300&fit=fill&fill=gen',
  },
  'imgix-fm-auto': {
    of: 'imgix',
    says: 'fm=auto is read as auto=format.',
    means: 'The service knows the word only in `auto`.',
    helps: 'Write `auto=format`.',
    example: '/a.jpg?fm=auto',
  },
  'imgix-fm': {
    of: 'imgix',
    says: 'This server does not write …; ….',
    means: 'The format needs a package that is not installed beside this server, or is not built.',
    helps: 'Install the package that the remark names, or name another format.',
    example: '/a.jpg?fm=jxl',
  },
  'imgix-fm-pdf': {
    of: 'imgix',
    says: 'fm=pdf has an effect only on files named pdf.',
    means: '`fm=pdf` hands a PDF on, and the source is none by its name.',
    helps: 'Name another format.',
    example: '/a.jpg?fm=pdf',
  },
  'imgix-rasterize-bypass': {
    of: 'imgix',
    says: 'rasterize-bypass has an effect only on files named svg, eps, pdf or ai.',
    means: 'The source is no drawing by its name, and is worked on as ever.',
    helps: 'Leave the parameter out.',
    example: '/a.jpg?rasterize-bypass=true',
  },
  'imgix-svg-sanitize': {
    of: 'imgix',
    says: 'svg-sanitize=false has an effect only where every URL must be signed.',
    means: 'Only the owner of the tokens may hand out an SVG with its scripts.',
    helps: 'Set `signing.required` of the source, or leave the parameter out.',
    example: '/a.svg?svg-sanitize=false',
  },
  'imgix-picture-steps': {
    of: 'imgix',
    says: '…: …',
    means:
      'A parameter of a second picture falls short; the first word is what names that picture.',
    helps: 'Look at the address of the second picture as at one of its own.',
    example: '/a.jpg?mark=/b.png%3Fw%3Dabc',
  },
  'imgix-picture': {
    of: 'imgix',
    says: 'The picture of … is left out: ….',
    means: 'A second picture (`mark`, `blend`, `mask`) cannot be named so.',
    helps: 'Give it a path, or an http or https address of a host in `allow`.',
    example: '/a.jpg?mark=https%3A%2F%2F',
  },
  'imgix-svg-passed': {
    of: 'imgix',
    says: 'An SVG is delivered as it is; fm with a format of pixels, or svg: rasterise of the source, draws it.',
    means: 'The URL has parameters for pixels, and its source is an SVG, which passes.',
    helps: 'Name a format in `fm`, or set `svg: rasterise`.',
  },
  'imageoptim-unknown': {
    of: 'imageoptim',
    says: 'Unknown option … is ignored…',
    means: 'The word is none of the service.',
    helps: 'Write it as the remark proposes, or leave it out.',
    example: '/300,blue-ish/a.jpg',
  },
  'imageoptim-many': {
    of: 'imageoptim',
    says: 'Expected at most … options, got …; the rest is ignored.',
    means: 'So long a list is none of options.',
    helps: 'Shorten it.',
  },
  'imageoptim-spelling': {
    of: 'imageoptim',
    says: '… is read as ….',
    means: 'The word is no formal option, and it is clear what it means.',
    helps: 'Write it as the remark says.',
    example: '/300,medium/a.jpg',
  },
  'imageoptim-value': {
    of: 'imageoptim',
    says: 'Expected … for …, got ….',
    means: 'The value is read otherwise than it is written: another spelling, or a bound.',
    helps: 'Write it as the row of the option says.',
    example: '/300,timeout=500/a.jpg',
  },
  'imageoptim-several': {
    of: 'imageoptim',
    says: 'Of several values for … the last counts.',
    means: 'An option stands twice.',
    helps: 'Keep the one that is meant.',
    example: '/300,400/a.jpg',
  },
  'imageoptim-no-size': {
    of: 'imageoptim',
    says: '… has no effect without a size.',
    means: 'A way of fitting stands alone.',
    helps: 'Name a size beside it.',
    example: '/fit/a.jpg',
  },
  'imageoptim-meta': {
    of: 'imageoptim',
    says: '… has no effect beside meta.',
    means: '`meta` answers facts, and no picture is made.',
    helps: 'Leave one of them out.',
    example: '/meta,format=png/a.jpg',
  },
  'imageoptim-lossless': {
    of: 'imageoptim',
    says: 'Lossless holds only where the picture is not resized; a resized one gets quality=high.',
    means: 'A resized picture has other pixels, so nothing is kept exactly.',
    helps: 'Name `full` in place of a size, or another quality.',
    example: '/300,quality=lossless/a.jpg',
  },
  'imageoptim-both': {
    of: 'imageoptim',
    says: 'Expected a source address or a file, got both; the file is used.',
    means: 'A picture was sent, and the URL names one too.',
    helps: 'Leave the address out of the URL.',
  },
  'signature-wrong': {
    of: 'every dialect',
    says: 'The signature of this URL does not match; none is required here.',
    means: 'The source takes unsigned URLs, and this one has a signature that is not good.',
    helps:
      '`fovea explain URL --config FILE` shows the URL with the signature that it should have.',
  },
  'encoder-broken': {
    of: 'every dialect',
    says: 'This server cannot write … at present.',
    means: 'An encoder failed when the server tried it, and is not offered meanwhile.',
    helps: '`fovea check` says what is wrong with it.',
  },
} as const satisfies Readonly<Record<string, RemarkGuide>>;

export const REMARK_GUIDES: Readonly<Record<string, RemarkGuide>> = {
  ...URL_REMARKS,
  ...PICTURE_REMARKS,
};
