import { describe } from 'node:test'
import { array, grown, hostile, looped, proxy, type Row } from './test/hostile.ts'

const noticed: Readonly<Record<string, readonly Row[]>> = {
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
}

const unnoticed: Readonly<Record<string, readonly Row[]>> = {
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
}

describe('an endless program', () => hostile(noticed))
// They are sure to be ended by force, so they need not be waited for as long.
describe('an endless program', () => hostile(unnoticed, { grace: 30, limits: { deadline: 20 } }))
