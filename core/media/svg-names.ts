/** Elements that are drawn, or that what is drawn refers to. Those that are not here are refused, or left out where they only describe. */
export const elements: ReadonlySet<string> = new Set(
  (
    'svg g defs symbol use switch title desc style path rect circle ellipse line polyline polygon text tspan textPath linearGradient radialGradient stop ' +
    'clipPath mask pattern'
  ).split(' '),
)

/** Elements that cost more than their number: what makes them so, and what to do. */
export const costly: Readonly<Record<string, string>> = {
  filter: 'is calculated for every pixel; leave effects such as shadows and blurs out, or save it as PNG or WebP',
  marker: 'is drawn again at every point of a path; turn markers into paths',
}

/** Elements of SVG that only describe: left out with what is in them. */
export const describing: ReadonlySet<string> = new Set(['metadata'])

/** Elements whose text is kept. */
export const textual: ReadonlySet<string> = new Set(['text', 'tspan', 'textPath', 'title', 'desc', 'style'])

/** Attributes that are kept, as far as their values are harmless; all others are left out, and those that run something refused. */
export const attributes: ReadonlySet<string> = new Set(
  (
    'id class style lang viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points pathLength transform preserveAspectRatio version role ' +
    'gradientUnits gradientTransform spreadMethod offset clipPathUnits maskUnits maskContentUnits patternUnits patternContentUnits patternTransform ' +
    'dx dy rotate textLength lengthAdjust startOffset method spacing side ' +
    'fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset ' +
    'opacity color display visibility overflow clip-path clip-rule mask stop-color stop-opacity ' +
    'paint-order vector-effect shape-rendering text-rendering image-rendering color-interpolation color-interpolation-filters mix-blend-mode ' +
    'isolation font-family font-size font-style font-weight font-variant font-stretch letter-spacing word-spacing text-anchor text-decoration ' +
    'dominant-baseline alignment-baseline baseline-shift direction writing-mode unicode-bidi'
  ).split(' '),
)

/** Functions that styles may call. None of them loads anything; `url` is looked at by itself. */
export const functions: ReadonlySet<string> = new Set(
  'rgb rgba hsl hsla url matrix translate translatex translatey scale scalex scaley rotate skewx skewy calc cubic-bezier not'.split(' '),
)
