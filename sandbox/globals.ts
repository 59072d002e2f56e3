/** What a program finds in its realm, beside what it is given. A test compares it with the engine. */
export const realmGlobals: ReadonlySet<string> = new Set(
  `AggregateError Array BigInt Boolean Date Error EvalError Function Infinity InternalError Iterator JSON Map Math NaN Number Object Promise
  RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError URIError WeakMap WeakSet console decodeURI decodeURIComponent
  encodeURI encodeURIComponent globalThis isFinite isNaN parseFloat parseInt undefined`.split(/\s+/),
)
