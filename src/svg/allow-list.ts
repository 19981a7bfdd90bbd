/**
 * The allow list of SVG as it is delivered: what is not named here goes.
 *
 * Elements and attributes are those that draw, name or animate a drawing, from
 * the indexes of SVG 1.1 and SVG 2 (W3C, appendix "Attribute Index"). The lists
 * leave out scripts, event attributes, foreign content, links to other
 * documents and the data of editors. Names compare with their case, as XML does.
 */

/** Elements that stay, in the spelling of SVG; every other element goes with its content. */
export const ELEMENTS: readonly string[] = words(`
  svg g defs symbol use switch a title desc style view
  path rect circle ellipse line polyline polygon text tspan textPath image
  linearGradient radialGradient stop pattern clipPath mask marker
  filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
  feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
  feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting
  feSpotLight feTile feTurbulence
  animate animateMotion animateTransform mpath set`);

/** Elements that change an attribute of another over time. */
export const ANIMATIONS: readonly string[] = [
  'animate',
  'animateMotion',
  'animateTransform',
  'set',
];

/** Attributes that point somewhere; only a fragment of the same document or a raster in `data:` stays. */
export const POINTERS: readonly string[] = ['href', 'xlink:href'];

/** Attributes that stay, in the spelling of SVG; names with `aria-` in front stay too. */
export const ATTRIBUTES: readonly string[] = [
  ...POINTERS,
  ...words(`
  xmlns xmlns:svg xmlns:xlink xml:lang xml:space
  id class style lang role tabindex title type media version baseProfile zoomAndPan viewTarget
  requiredExtensions requiredFeatures systemLanguage

  x y width height viewBox preserveAspectRatio transform d points path pathLength
  cx cy r rx ry x1 y1 x2 y2 fx fy fr dx dy rotate refX refY orient overflow clip
  textLength lengthAdjust startOffset method spacing side
  markerWidth markerHeight markerUnits clipPathUnits maskUnits maskContentUnits
  patternUnits patternContentUnits patternTransform gradientUnits gradientTransform spreadMethod offset

  color color-interpolation color-interpolation-filters color-profile color-rendering
  fill fill-opacity fill-rule stroke stroke-dasharray stroke-dashoffset stroke-linecap
  stroke-linejoin stroke-miterlimit stroke-opacity stroke-width paint-order vector-effect
  opacity visibility display cursor pointer-events mix-blend-mode isolation background-color
  clip-path clip-rule mask mask-type filter enable-background transform-origin transform-box
  marker marker-start marker-mid marker-end stop-color stop-opacity flood-color flood-opacity
  lighting-color shape-rendering image-rendering text-rendering
  font font-family font-size font-size-adjust font-stretch font-style font-variant font-weight
  font-feature-settings font-kerning kerning letter-spacing word-spacing line-height white-space
  text-align text-anchor text-decoration text-indent text-orientation text-overflow text-transform
  alignment-baseline baseline-shift dominant-baseline direction unicode-bidi writing-mode
  glyph-orientation-horizontal glyph-orientation-vertical shape-inside inline-size

  filterUnits primitiveUnits filterRes in in2 result mode operator k1 k2 k3 k4 values tableValues
  slope intercept amplitude exponent order kernelMatrix divisor bias targetX targetY edgeMode
  kernelUnitLength preserveAlpha surfaceScale diffuseConstant specularConstant specularExponent
  limitingConeAngle azimuth elevation z pointsAtX pointsAtY pointsAtZ scale xChannelSelector
  yChannelSelector stdDeviation radius baseFrequency numOctaves seed stitchTiles

  attributeName attributeType begin dur end min max restart repeatCount repeatDur calcMode
  keyTimes keySplines keyPoints from to by additive accumulate origin`),
];

/** Name spaces by the attribute that declares them; any other value is foreign content. */
export const NAMESPACES: Readonly<Record<string, string>> = {
  xmlns: 'http://www.w3.org/2000/svg',
  'xmlns:svg': 'http://www.w3.org/2000/svg',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
};

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
