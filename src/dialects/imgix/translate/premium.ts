/**
 * Premium: steps that need a model this server does not carry
 * (docs/spec/imgix.md 6.6 and 7.7).
 *
 * Such a step counts as failed: the picture is served without it, unless the
 * URL says that it would rather have an error.
 */
import { type Diagnostic, notBuilt } from '../../../base/diagnostic.ts';
import { Fault } from '../../../base/fault.ts';
import type { ImgixValues } from '../params.ts';

interface Step {
  readonly name: string;
  readonly asked: boolean;
  /** What its `…-fallback` switch says; served without the step by default. */
  readonly fallback: boolean | undefined;
}

/**
 * A warning for `fill=gen`, which is left out; the other steps have parameters of their own, and so their remarks.
 * @throws Fault bad-parameter where a fallback is switched off
 */
export function premiumSteps(values: ImgixValues): Diagnostic[] {
  const replace = values['bg-replace'];
  const steps: Step[] = [
    {
      name: 'bg-remove',
      asked: values['bg-remove'] === true,
      fallback: values['bg-remove-fallback'],
    },
    {
      name: 'bg-replace',
      asked: replace !== undefined && replace !== '' && replace !== 'false',
      fallback: values['bg-replace-fallback'],
    },
    {
      name: 'fill=gen',
      asked: values.fill === 'gen' || values.fill === 'generative',
      fallback: values['fill-gen-fallback'],
    },
    { name: 'upscale', asked: values.upscale === true, fallback: values['upscale-fallback'] },
  ];
  return steps
    .filter((step) => step.asked)
    .flatMap(({ name, fallback }) => {
      if (fallback === false) {
        throw new Fault('bad-parameter', `Expected a step that works here, got ${name}.`);
      }
      return name === 'fill=gen'
        ? [notBuilt('fill=gen needs a model that this server does not carry; left out.', 'fill')]
        : [];
    });
}
