import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createPool, prepare, type Pool, type Prepared, type Result, type Run } from './index.ts'

// Every way that we know to harm an engine of JavaScript or its host, one at a time in one worker. After each, an innocent program must still say
// what is right and see nothing of what was there before.

type Row = readonly [name: string, source: string, outcome: RegExp, run?: Partial<Run> & { readonly times?: number }]

const array = 'Array.prototype.'
// A program cannot name what its realm has not; by the global object it can try.
const proxy = 'const {Proxy}=globalThis;'
const looped = /^(fuel|deadline)/
const grown = /^(memory|fuel|deadline)/

const table: Readonly<Record<string, readonly Row[]>> = {
  'time that the engine notices': [
    ['an endless loop', 'while(true){}', looped],
    ['a loop that swallows errors', 'for(;;){try{for(;;);}catch{}}', looped],
    ['a loop in finally', '(function f(){try{for(;;);}finally{f()}})()', looped],
    ['an endless generator, spread', '[...(function*(){for(;;)yield 1})()]', grown],
    ['an endless iterator, destructured', 'const [...x]={*[Symbol.iterator](){for(;;)yield 1}}', grown],
    ['an iterator helper that drops for ever', '(function*(){for(;;)yield 1})().drop(Infinity).next()', looped],
    [
      'a union with an endless set',
      'new Set([1]).union({size:1,has(){return false},keys(){return{next(){return{done:false,value:1}}}}})',
      looped,
    ],
    ['an endless comparator', '[1,2,3].sort(()=>{for(;;);})', looped],
    ['slow steps', 'let s="x".repeat(5e5);let n=0;for(;;){n+=s.indexOf("y")}', /^(deadline|fuel|killed)/],
    ['slow steps that swallow errors', 'let s="x".repeat(5e5);for(;;){try{s.indexOf("y")}catch{}}', /^(deadline|fuel|killed)/],
    ['a stop caught by closing an iterator', 'for(;;){try{[...(function*(){for(;;)yield 1})()]}catch{}}', looped],
    ['a stop turned into a rejection, then an answer', 'new Promise(()=>{for(;;);}).catch(()=>{}); return true', looped],
    ['a stop swallowed by async functions for ever', 'for(;;) (async()=>{for(;;);})().catch(()=>{})', looped],
    ['a stop swallowed by Promise.all', 'Promise.all({[Symbol.iterator](){return{next(){for(;;);}}}}).catch(()=>{}); return true', looped],
  ],
  'time that the engine never notices': [
    ['indexOf over a made-up length', `${array}indexOf.call({length:2**53-1},1)`, /^killed/],
    ['includes over a made-up length', `${array}includes.call({length:2**53-1},1)`, /^killed/],
    ['reverse over a made-up length', `${array}reverse.call({length:2**53-1})`, /^killed/],
    ['forEach over a made-up length', `${array}forEach.call({length:2**53-1},()=>{})`, /^killed/],
    ['copyWithin over a made-up length', `${array}copyWithin.call({length:2**53-1},1,0)`, /^killed/],
    ['sort over a made-up length', `${array}sort.call({length:2**31})`, /^killed/],
    ['slice over a made-up length', `${array}slice.call({length:2**32-1})`, /^killed/],
    ['join of a sparse array', 'new Array(2**32-1).join()', /^(killed|memory)/],
    ['concat with a made-up length', '[].concat({length:2**31,[Symbol.isConcatSpreadable]:true})', /^killed/],
    ['String.raw over a made-up length', 'String.raw({raw:{length:2**53-1}})', /^killed/],
    ['a search in quadratic time', '("a".repeat(1e6)).indexOf("a".repeat(5e5)+"b")', /^(killed|value|deadline)/],
    [
      'a product of huge integers',
      'let a=3n**100000n;let b=a*a;let c=b*b;return String(c).length',
      /^(throw|value|memory|killed|deadline)/,
    ],
    ['a huge integer as text', '(1n<<1000000n).toString().length', /^(value|killed|memory|deadline)/],
    ['a sparse array as JSON', 'JSON.stringify(new Array(2**31))', /^(memory|killed)/],
    [
      'a proxy with many keys',
      `${proxy}return Object.keys(new Proxy({},{ownKeys(){return Array.from({length:5e5},(_, i)=>"k"+i)}}))`,
      /^throw/,
    ],
  ],
  memory: [
    ['a text of 1 GiB', "'a'.repeat(2**30)", /^(throw RangeError|memory)/],
    ['a text of 512 MiB', "'a'.repeat(2**29)", /^memory/],
    ['a text that doubles', 'let s="a";for(;;)s+=s', /^(memory|throw InternalError: string too long)/],
    ['an array that grows', 'const a=[];for(;;)a.push({})', grown],
    ['an array of texts that grows', 'const a=[];for(;;)a.push("x".repeat(1000)+a.length)', grown],
    ['a map that grows', 'const m=new Map;for(let i=0;;i++)m.set(i,{})', grown],
    ['properties that grow', 'const o={};for(let i=0;;i++)o["k"+i]=1', grown],
    ['a chain of closures', 'let f=()=>0;for(;;){const g=f;f=()=>g()}', grown],
    ['a buffer of 2 GiB', 'new globalThis.ArrayBuffer(2**31-1)', /^throw TypeError/],
    ['a typed array of 1 GiB', 'new globalThis.Uint8Array(2**30)', /^throw TypeError/],
    ['an array from a made-up length', 'Array.from({length:2**32-1})', /^(memory|killed)/],
    [
      'want of memory, caught and tried again',
      'for(let i=0;i<1e4;i++){try{"a".repeat(2**29)}catch{}} return "survived"',
      /^(value|fuel|deadline)/,
    ],
    ['a text split into letters', '"a".repeat(1e6).split("").length', /^(memory|value)/],
    ['letters that grow in upper case', '"ß".repeat(1e6).toUpperCase().length', /^(value|memory)/],
    ['a long chain of promises', 'let p=Promise.resolve();for(let i=0;i<1e6;i++)p=p.then(()=>{});return await p', grown],
  ],
  'regular expressions': [
    ['(a+)+$', '/^(a+)+$/.test("a".repeat(40)+"!")', looped],
    ['(a|aa)+$', '/^(a|aa)+$/.test("a".repeat(60)+"!")', looped],
    ['back-references', '/^(.*)(.*)(.*)(.*)(.*)(.*)(.*)\\1!$/.test("a".repeat(300))', looped],
    ['replace with an empty star', '"a".repeat(1e5).replace(/(a*)*b/g,"")', grown],
    ['groups nested deeply', 'new RegExp("(?:".repeat(1e5)+"a"+")".repeat(1e5))', /^(throw SyntaxError|stack)/],
    ['a huge repetition', 'new RegExp("(?:a{1,1000}){1,1000}").test("a".repeat(5000))', /^(value|fuel|deadline)/],
    [
      'a huge class',
      'new RegExp("["+Array.from({length:20000},(_, i)=>"\\\\u{"+(i*2).toString(16)+"}").join("")+"]","u").test("a")',
      /^(value|fuel|memory|deadline|killed)/,
    ],
  ],
  stack: [
    ['endless recursion', 'function f(){f()} f()', /^stack/],
    ['a getter that gets itself', 'const o={get x(){return o.x}};return o.x', /^stack/],
    ['a proxy that gets itself', `${proxy}const p=new Proxy({},{get(){return p.x}});return p.x`, /^throw TypeError/],
    ['a text made of itself', 'const o={toString(){return `${o}`}};return `${o}`', /^stack/],
    ['deep JSON, parsed', 'JSON.parse("[".repeat(3e5)+"]".repeat(3e5))', /^(stack|throw SyntaxError)/],
    ['deep JSON, written', 'let a=[];for(let i=0;i<5e4;i++)a=[a];return JSON.stringify(a)', /^(stack|deadline|killed|fuel)/],
    ['a deep result', 'let a=[];for(let i=0;i<5e4;i++)a=[a];return a', /^(stack|result|deadline|fuel|killed)/],
    ['recursion by sort', 'function f(){[2,1].sort(f)} f()', /^stack/],
    [
      'a chain of iterator helpers, which the engine does not count',
      'let a=[1].values();for(let i=0;i<20000;i++)a=a.map(x=>x);return a.next()',
      /^(stack|throw RangeError|value|memory|crash|deadline|fuel|killed)/,
    ],
    ['a chain of bound functions', 'let f=()=>1;for(let i=0;i<3000;i++)f=f.bind(null);return f()', /^(stack|value|fuel|deadline|memory)/],
    ['a source of parentheses', '('.repeat(20000) + '1' + ')'.repeat(20000), /^syntax/],
    ['a source of arrays', `return ${'['.repeat(20000)}1${']'.repeat(20000)}`, /^syntax/],
    ['a source of negations', `return ${'!'.repeat(30000)}1`, /^syntax/],
    ['a source of sums', `return ${'1+'.repeat(20000)}1`, /^syntax/],
    ['a source of types', `1 as ${'['.repeat(20000)}1${']'.repeat(20000)}`, /^syntax/],
  ],
  promises: [
    ['jobs without end', 'return (async()=>{for(;;)await null})()', looped],
    ['a then that feeds itself', 'const f=()=>Promise.resolve().then(f);return f()', grown],
    ['a promise that nothing settles', 'return new Promise(()=>{})', /^stuck/],
    ['an endless thenable', 'return Promise.resolve({then(){for(;;);}})', looped],
    ['a promise of itself', 'let r;const p=new Promise(x=>r=x);r(p);return p', /^throw TypeError/],
    ['a rejection that nobody handles', 'Promise.reject(new Error("x"));return 1', /^value 1/],
    ['jobs left behind', 'Promise.resolve().then(()=>{globalThis.leak=1});return 1', /^value 1/],
    [
      'a generator that will not return',
      'const g=(function*(){for(;;){try{yield}finally{continue}}})();g.next();g.return();return 2',
      /^(value 2|fuel)/,
    ],
    ['promises by a then of its own', 'Promise.prototype.then=function(){return 7};return await 1', /^(value|throw|stuck)/],
    ['a class of promises of its own', 'class P extends Promise{then(){for(;;);}};return new P(()=>{})', /^(stuck|fuel|deadline)/],
  ],
  results: [
    ['a getter that does not end', 'return {get a(){for(;;);}}', looped],
    ['a toJSON that does not end', 'return {toJSON(){for(;;);}}', looped],
    ['a toJSON that lies', 'return {allow:false,toJSON(){return {allow:true}}}', /^value \{"allow":true\}/],
    ['a proxy', `${proxy}return new Proxy({},{ownKeys(){throw 1}})`, /^throw/],
    [
      'a proxy with huge keys',
      `${proxy}return new Proxy({},{ownKeys(){return Array.from({length:1e6},(_, i)=>"k"+i)},getOwnPropertyDescriptor(){return{enumerable:true,configurable:true,value:1}}})`,
      /^throw/,
    ],
    ['a cycle', 'const o={};o.o=o;return o', /^throw TypeError/],
    ['a function', 'return ()=>1', /^throw TypeError: a program cannot return a function/],
    ['a symbol', 'return Symbol("x")', /^throw TypeError/],
    ['a huge integer', 'return 10n', /^throw TypeError/],
    ['a huge integer inside', 'return {a:10n}', /^throw TypeError/],
    ['a huge text', 'return "x".repeat(1e6)', /^result/],
    ['not a number', 'return NaN', /^value null/],
    ['a truthy object for a boolean', 'return new Boolean(false)', /^value false/],
    [
      'keys of prototypes',
      'return JSON.parse(\'{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}\')',
      /^value \{"__proto__"/,
    ],
    ['NUL and half a character', 'return "admin\\0evil\\ud800"', /^value "admin\\u0000evil\\ud800"/],
    ['NUL in what it is given', 'return request.q.length', /^value 10/, { scope: { request: { q: 'admin\0evil' } } }],
    ['JSON that is replaced', 'JSON.stringify=()=>"true";JSON.parse=()=>({});return {allow:false}', /^value \{"allow":false\}/],
    [
      'arrays that are replaced',
      'Array.prototype.toJSON=()=>1;Array.prototype.push=()=>{for(;;);};console.log("x");return "y"',
      /^value "y"/,
    ],
  ],
  errors: [
    ['null', 'throw null', /^throw Thrown: null/],
    ['a symbol', 'throw Symbol("x")', /^throw Thrown/],
    ['a proxy', `${proxy}throw new Proxy({},{get(){for(;;);},getPrototypeOf(){for(;;);}})`, /^throw/],
    ['an endless message', 'const e=new Error("x");Object.defineProperty(e,"message",{get(){for(;;);}});throw e', /^(throw|fuel)/],
    ['an endless stack', 'const e=new Error("x");Object.defineProperty(e,"stack",{get(){for(;;);}});throw e', /^(throw|fuel)/],
    ['what cannot be shown', 'throw {toString(){throw 1}}', /^throw/],
    ['a huge message', 'throw new Error("x".repeat(1e6))', /^throw Error: x{500}$/],
    ['a made-up stop', 'const e=new InternalError("interrupted");throw e', /^throw InternalError: interrupted/],
    ['a function', 'throw ()=>1', /^throw Thrown/],
    ['a made-up place', 'const e=new Error("x");e.stack="    at f (program:999:1)";throw e', /^throw Error: x$/],
  ],
  escapes: [
    ['by the constructor of functions', 'return (()=>{}).constructor("return this")()', /^throw EvalError/],
    ['by the constructor of async functions', 'return (async()=>{}).constructor("return 1")()', /^throw EvalError/],
    ['by the constructor of a class', 'return (class{}).constructor.constructor("return 1")()', /^throw EvalError/],
    ['by the constructor of generators', 'return Reflect.construct((function*(){}).constructor,["yield 1"])', /^throw/],
    ['by Function', 'return Function("return this")()', /^throw EvalError/],
    ['by eval', 'return eval("1+1")', /^syntax there is no `eval`/],
    ['by eval of the global object', 'return globalThis.eval("1+1")', /^throw TypeError/],
    ['by import', 'return import("fs")', /^syntax/],
    ['by import.meta', 'return import.meta.url', /^syntax/],
    [
      'to the host',
      'return ["process","require","std","os","fetch","module"].map((name)=>typeof globalThis[name]).join()',
      /^value "(undefined,?){6}"/,
    ],
    ['by names of the host', 'return typeof process', /^syntax there is no `process`/],
    ['out of the function around it', '}); globalThis.pwn=1; (function(){ return 5', /^syntax/],
    ['out of the function around it, by a block', 'return 1 }; { globalThis.pwn=1', /^syntax/],
    ['out of the parentheses around it', '1);globalThis.pwn=1;(2', /^syntax/],
    ['out of the braces of an object', '{a:1}),(globalThis.pwn=1,{b:1}', /^syntax/],
    ['by a comment at the end', 'return 5 // hello', /^value 5/],
    ['by a comment without an end', 'return 5 /* hello', /^syntax/],
    ['by a comment of HTML', 'return 5\n--> x', /^(value 5|syntax)/],
    ['by a comment of HTML that only one parser sees', '5 <!-- x\n', /^(value 5|syntax)/],
    ['by a line separator', 'return 5 //\u2028 +1', /^syntax/],
    ['by text that runs backwards', 'return user.isAdmin /*\u202e*/ || true', /^syntax/],
    ['by this', 'return typeof this', /^value "undefined"/],
    ['by arguments.callee', 'return (function(){return arguments.callee})()', /^throw TypeError/],
    ['by arguments of the function around it', 'return arguments.length', /^syntax/],
    ['by caller', 'function f(){return f.caller} return f()', /^(throw|value null)/],
    ['by the names of the function around it', 'return typeof __s', /^syntax/],
    ['by the names of the trace', 'return typeof globalThis.__t', /^value "undefined"/],
  ],
  leaks: [
    ['a global counter', 'globalThis.n=(globalThis.n??0)+1;return globalThis.n', /^value 1$/, { times: 3 }],
    [
      'prototypes',
      'const had=[].evil!==undefined;Array.prototype.evil=1;Object.prototype.isAdmin=true;return had',
      /^value false$/,
      { times: 3 },
    ],
    [
      'helpers that are replaced',
      'const t=user.is("x");try{user.is=()=>true}catch{};String.prototype.in=()=>true;return t',
      /^value false$/,
      { times: 3 },
    ],
    [
      'the cache of templates',
      'const t=s=>s;const f=()=>t`x`;const a=f();const seen=a.n??0;try{a.n=seen+1}catch{};return seen',
      /^value 0$/,
      { times: 3 },
    ],
    ['the stream of random numbers', 'return Math.random()', /^value 0\.\d+$/, { times: 3, seed: 5 }],
    ['what it is given', 'user.groups.push("admins");return user.groups.length', /^value 2$/, { times: 3 }],
    ['memory that was used before', 'return typeof globalThis.Uint8Array', /^value "undefined"/],
    ['the host’s clock and zone', 'return [new Date(0).getTimezoneOffset(), new Date().getTime()]', /^value \[0,1000\]/, { now: 1000 }],
  ],
}

const scope = { user: { name: 'ada', groups: ['finance'] }, request: { ip: '10.1.2.3' } }
const names = ['user', 'request']
const prelude = '(scope) => { if (scope.user) scope.user.is = function (group) { return this.groups.includes(group) }; return scope }'

const canarySource =
  'if ([].evil !== undefined || ({}).isAdmin || "".in || globalThis.pwn || globalThis.leak || globalThis.n) return "leak";' +
  'return user.groups.length === 1 && user.is("finance") && !user.is("admins") && request.ip === "10.1.2.3"'

/** Many of them are about what happens, not about what is returned. */
const prepared = (source: string): Prepared | string => {
  const done = prepare(source, { names })
  if ('prepared' in done) return done.prepared
  const [problem] = done.problems
  return problem!.message.startsWith('it gives nothing') ? prepared(`${source}\n;return 1`) : `syntax ${problem!.message}`
}

const shown = (result: Result): string =>
  result.ok ? `value ${JSON.stringify(result.value)}` : `${result.failure.kind} ${result.failure.message}`

describe('a hostile program', () => {
  let pool: Pool
  let canary: Prepared
  before(() => {
    pool = createPool({ size: 1, prelude })
    canary = prepared(canarySource) as Prepared
  })
  after(() => pool.close())

  for (const [group, rows] of Object.entries(table))
    describe(group, () => {
      for (const [name, source, outcome, { times = 1, ...run } = {}] of rows)
        test(name, async () => {
          const program = prepared(source)
          if (typeof program === 'string') assert.match(program, outcome)
          else {
            assert.equal(await pool.compile(program), undefined)
            const outcomes: string[] = []
            const killed = pool.kills
            for (let time = 0; time < times; time++)
              outcomes.push(shown(await pool.run({ program, scope, now: 1_700_000_000_000, ...run })))
            for (const one of outcomes) assert.match(one, outcome)
            assert.equal(new Set(outcomes).size, 1, 'it differs from run to run')
            assert.equal(
              pool.kills - killed,
              outcomes[0]!.startsWith('killed') ? times : 0,
              'workers are ended for what cannot be stopped only',
            )
          }
          assert.equal(shown(await pool.run({ program: canary, scope, now: 1000 })), 'value true')
        })
    })
})
