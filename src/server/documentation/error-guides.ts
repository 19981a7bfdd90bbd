/**
 * Error guides: what each error of the server means, where it comes from, and what helps.
 *
 * One row per code. The pages of errors are written from this table (docs/reference/errors.md, and one a code on the
 * site); the server itself reads only the codes.
 */
import type { ErrorCode } from '../http/error-codes.ts';

export interface ErrorGuide {
  /** One sentence: what has happened. */
  readonly means: string;
  /** What is usually behind it, the most frequent first. */
  readonly causes: readonly string[];
  /** What the one who asked, or who operates the server, can do. */
  readonly helps: string;
}

export const ERROR_GUIDES: Readonly<Record<ErrorCode, ErrorGuide>> = {
  'bad-request': {
    means: 'The address or the head of the request cannot be read.',
    causes: [
      'A percent sign that is followed by no two hexadecimal digits.',
      'A proxy that writes addresses anew.',
    ],
    helps:
      'Send the address as the pages of the service spell it. `fovea explain` says what of it is read.',
  },
  'bad-parameter': {
    means:
      'A parameter has a value that the service refuses, or one that this source does not let URLs say.',
    causes: [
      'A value out of its range, such as a width of 0.',
      '`widths`, `heights`, `parameters` or `presets` of the source allow less.',
      '`unsupported: refuse`, and the parameter is not built here.',
    ],
    helps: 'The text names the parameter. Its row in the reference has the values that it takes.',
  },
  'region-out-of-bounds': {
    means: 'A crop lies outside of its picture.',
    causes: [
      'The source has become smaller since the URL was made.',
      'Pixels that were meant for another density.',
    ],
    helps:
      'Give the region in shares of the picture, or, with Fastly, add `safe` to `crop`, which keeps to what is there.',
  },
  'target-too-long': {
    means: 'The address is longer than the server reads.',
    causes: ['A picture or a text that is carried in the query.'],
    helps: 'Put long values into defaults or presets of the source.',
  },
  'method-not-allowed': {
    means: 'The address exists and does not answer this method.',
    causes: ['A form that posts to an address of a picture.'],
    helps: 'The header `Allow` lists what it answers.',
  },
  'not-implemented': {
    means: 'What is asked for needs something that is not installed beside this server.',
    causes: ['A video without an encoder.', 'A format whose optional package is not there.'],
    helps: 'Install what the text names, as `ffmpeg` for videos; it is found without a restart.',
  },
  'upload-too-large': {
    means: 'The picture in the body of the request is larger than the server takes.',
    causes: ['`limits.sourceBytes`.'],
    helps: 'Send a smaller one, or raise the limit.',
  },
  'upload-unreadable': {
    means: 'The body of the request is no form that can be read.',
    causes: ['A boundary that is missing or another one.', 'More than one picture in the form.'],
    helps: 'Send the bytes of the picture alone, or `multipart/form-data` with one file.',
  },
  'upload-missing': {
    means: 'A picture was expected in the body of the request, and there was none.',
    causes: ['An empty file.', 'A form without a file.'],
    helps: 'Send the bytes of the picture with its `Content-Type`.',
  },
  'signature-invalid': {
    means: 'The URL is not signed, or its signature does not belong to it.',
    causes: [
      'The URL was changed after it was signed; the order of its parameters counts.',
      'It was signed with a key that is not among those of the source any more.',
      'A proxy decodes or sorts the query.',
    ],
    helps:
      '`fovea explain URL --config FILE` shows the URL with the signature that it should have.',
  },
  'link-expired': {
    means: 'The URL was signed until a time that is past.',
    causes: ['A page that was kept for longer than its pictures.', 'A clock that is wrong.'],
    helps: 'Make the URL anew, with an end that lies behind that of the page.',
  },
  'account-unknown': {
    means: 'The name of the account in the path is none of this server.',
    causes: ['`accounts` of the source does not list it.', 'A path without the account.'],
    helps: 'Add the user name to `accounts` of the source.',
  },
  'mount-unknown': {
    means: 'No source answers at this host and path.',
    causes: [
      'The host name is in no `hosts`, and the path begins with no `mount`.',
      'A proxy in front that does not pass the `Host` on.',
    ],
    helps: '`fovea explain URL --config FILE` says which source answers an address.',
  },
  'source-not-found': {
    means: 'The origin has no such picture.',
    causes: [
      'A path that lacks a part, such as the folder of the source.',
      'A picture that was deleted.',
    ],
    helps:
      'Ask the origin for it yourself. Failures are remembered for a moment (`negativeTtl`); a purge ends that.',
  },
  'source-forbidden': {
    means: 'The origin does not give this picture.',
    causes: [
      'It asks for a login, or for a secret header.',
      'It refuses the address of this server.',
    ],
    helps: 'Give the source `headers` with the secret, or open the origin to this server.',
  },
  'source-refused': {
    means: 'The address of the source is none that this server asks.',
    causes: [
      'Its host is not in `allow`.',
      'It leads to a private address.',
      'It is not of http or https.',
    ],
    helps:
      'List the host in `allow` of the source. Private addresses count only where they are listed literally.',
  },
  'source-unresolvable': {
    means: 'The host of the source was not found.',
    causes: [
      'A name that is misspelled.',
      'A resolver that fails.',
      'A name that leads into the inner network.',
    ],
    helps: 'Ask the resolver of the machine for the name.',
  },
  'origin-failed': {
    means: 'The origin has failed.',
    causes: [
      'It says 5xx or breaks off.',
      'It refuses connections.',
      'Its certificate is not good.',
    ],
    helps:
      'The log has the status and the reason. A source that is stored is served meanwhile as far as its freshness allows.',
  },
  'origin-timeout': {
    means: 'The origin did not answer in time.',
    causes: ['It is slow, or a firewall drops packets.', 'It makes its file on demand.'],
    helps: 'Ask it from the machine of this server; `timeout` of the origin is the time it has.',
  },
  'origin-paused': {
    means: 'The origin failed so often that it is left alone for a moment.',
    causes: ['See [origin-failed](#origin-failed) and [origin-timeout](#origin-timeout).'],
    helps: 'It is tried again by itself; `/readyz` lists the servers that are paused.',
  },
  'source-empty': {
    means: 'The origin sent a picture of no bytes.',
    causes: ['An upload that was broken off.'],
    helps: 'Put the file there again and purge it.',
  },
  'source-too-large': {
    means: 'The file of the source is larger than the server takes.',
    causes: ['`limits.sourceBytes`.'],
    helps: 'Raise the limit, or keep originals smaller.',
  },
  'source-too-many-pixels': {
    means: 'The source has more pixels than the server decodes.',
    causes: [
      '`limits.pixels` for one picture, `limits.totalPixels` and `limits.frames` for an animation.',
    ],
    helps:
      'Raise the limit; [Operating](../operating.md#how-much-machine) says what memory it takes.',
  },
  'source-not-an-image': {
    means: 'What the origin sent is no picture.',
    causes: [
      'A page with an error or a login in place of the picture, with status 200.',
      'A video or a document.',
    ],
    helps: 'Look at what the origin sends. imgix: `notPictures: pass` hands it on.',
  },
  'source-unsupported': {
    means: 'The source is a picture of a kind that this server does not read.',
    causes: [
      'A format whose optional package is not installed.',
      'A kind within a format, as a JPEG of 12 bits.',
    ],
    helps: 'The text names the kind; the README lists the packages.',
  },
  'source-broken': {
    means: 'The source cannot be decoded.',
    causes: ['A file that was cut off.', 'A file that a program wrote wrongly.'],
    helps: 'Open it in a browser: what none shows is broken. Put a whole one there and purge it.',
  },
  'result-too-large': {
    means: 'The picture would have more pixels, or longer sides, than it may.',
    causes: [
      'A width and a height of a URL that were multiplied by a density.',
      'The bounds of the format that was asked for.',
    ],
    helps: 'Ask for less; the text has the bound.',
  },
  overloaded: {
    means: 'The server has more work than it can do in time.',
    causes: [
      'Many new pictures at once, as after a purge of everything.',
      'A machine that others use.',
    ],
    helps:
      'Come again after `Retry-After`. Hits are answered all the time. [Operating](../operating.md#fovearefusing) says more.',
  },
  'rate-limited': {
    means: 'This client, or this source, has asked more often than it may.',
    causes: [
      '`rates` of the server, `requestRate` or `missRate` of the source.',
      'A proxy in front whose clients count as one.',
    ],
    helps: 'Come again after `Retry-After`; list the proxy in `rates.proxies`.',
  },
  'source-lost': {
    means: 'The source went away while it was used.',
    causes: ['It was purged or evicted at this moment.', 'The disk was full.'],
    helps: 'Ask again.',
  },
  'source-quarantined': {
    means:
      'This source made render processes fail again and again, and is not tried for ten minutes.',
    causes: [
      'A file that a decoder does not survive.',
      'A picture that takes more time or memory than is allowed.',
    ],
    helps: 'The log says how it failed. Put another file there.',
  },
  'render-timeout': {
    means: 'The picture was not made in time.',
    causes: [
      '`limits.renderTimeout`, or the time that the URL gives (`timeout` of ImageOptim).',
      'A machine that is too busy.',
    ],
    helps:
      'Smaller results and smaller sources take less; see what takes the time in `Server-Timing`.',
  },
  'render-failed': {
    means: 'The picture could not be made.',
    causes: ['A source that breaks its decoder.', 'A render process that was ended from outside.'],
    helps: 'The log has the reason under the request id of the answer.',
  },
  internal: {
    means: 'The server failed.',
    causes: ['A fault of Fovea.'],
    helps: 'The log has all of it under the request id of the answer; please report it.',
  },
  'expectation-failed': {
    means: 'The request expects something of HTTP that is not met here.',
    causes: ['A header `Expect` that is not `100-continue`.'],
    helps: 'Leave the header out.',
  },
  'headers-too-large': {
    means: 'The headers of the request are longer than the server reads.',
    causes: ['Cookies of the site that are sent to the host of the pictures.'],
    helps: 'Serve pictures from a host without cookies.',
  },
  'loop-detected': {
    means: 'The request has come back to the server that made it.',
    causes: ['An origin that leads to this server, directly or through a CDN.'],
    helps: 'Give the source the address of the originals.',
  },
  'method-unknown': {
    means: 'The method is none of HTTP that is known here.',
    causes: ['`PURGE` without `admin.purgeMethod`.'],
    helps: '[Purging](../purge.md) says how to open it.',
  },
  'not-stored': {
    means: 'The picture is not in the store, and the request wanted it from there or not at all.',
    causes: ['`Cache-Control: only-if-cached`.'],
    helps: 'Ask without it.',
  },
  'precondition-failed': {
    means: 'The picture is not as the request expects.',
    causes: ['`If-Match` or `If-Unmodified-Since` of an older one.'],
    helps: 'Ask for it anew.',
  },
  'range-not-satisfiable': {
    means: 'The range of bytes lies behind the end of the picture.',
    causes: ['A download that is gone on with although the picture has changed.'],
    helps: 'Ask for the whole; `Content-Range` has its length.',
  },
  'request-timeout': {
    means: 'The request did not arrive in time.',
    causes: ['A client that is slow or silent.'],
    helps: 'Ask again.',
  },
  'token-needed': {
    means: 'This page is for who has its token.',
    causes: ['`metrics.token` or `admin.token`, and no or another `Authorization: Bearer`.'],
    helps: 'Send the token of the configuration.',
  },
  'version-unknown': {
    means: 'The request is of a version of HTTP that is not spoken here.',
    causes: ['HTTP/2 without TLS in front.'],
    helps: 'A proxy in front speaks HTTP/2 with browsers and HTTP/1.1 with this server.',
  },
};
