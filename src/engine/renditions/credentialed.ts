/**
 * Credentialed: a picture with the C2PA manifests of its source, where its plan asks for them
 * (docs/spec/fastly-io.md 7.25).
 *
 * It is signed last, when every byte is decided: size and score are those of the picture.
 */
import { note, warning } from '../../base/diagnostic.ts';
import { actionsOf } from '../../c2pa/actions.ts';
import type { Sign } from '../../c2pa/write-manifest.ts';
import type { Program } from '../../plan/program.ts';
import { readSource, type SourceFile } from '../../vips/source-file.ts';
import type { WorkerRequest } from '../worker-protocol.ts';
import type { Rendered } from './rendered.ts';

/** What a manifest is written from, beside the picture. */
export interface Provenance extends Pick<WorkerRequest, 'credentials'> {
  readonly file: SourceFile;
  readonly program: Program;
  readonly sign: Sign;
}

/** The picture with its manifests; without them, and a remark, where they cannot be written. */
export async function credentialed(made: Rendered, provenance: Provenance): Promise<Rendered> {
  const { credentials, file, program, sign } = provenance;
  try {
    if (credentials === undefined) throw new Error('there is nothing to sign with');
    // Seldom asked for: nobody else waits for it to load
    const { signRendition } = await import('../../c2pa/sign-rendition.ts');
    const signed = await signRendition({
      bytes: made.bytes,
      source: await readSource(file),
      actions: actionsOf(program.instructions, made.receipt?.kind === 'encoded'),
      ...{ credentials, sign, now: Date.now() },
    });
    switch (signed.kind) {
      case 'signed':
        return { ...made, bytes: signed.bytes };
      case 'as-it-was':
        return made;
      case 'nothing':
        return remarked(made, note('The source has no C2PA manifest; none is written.'));
      case 'unreadable':
        return remarked(
          made,
          warning(`The C2PA manifest of the source is not kept: ${signed.reason}.`, 'metadata'),
        );
    }
  } catch (error) {
    const text = 'The C2PA manifest could not be signed; the picture is delivered without it.';
    const reason = error instanceof Error ? error.message : String(error);
    return { ...remarked(made, warning(text, 'metadata')), signingFailure: { reason } };
  }
}

function remarked(made: Rendered, remark: Rendered['diagnostics'][number]): Rendered {
  return { ...made, diagnostics: [...made.diagnostics, remark] };
}
