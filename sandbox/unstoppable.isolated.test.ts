import { describe } from 'node:test'
import { array, hostile, proxy, type Row } from './test/hostile.ts'

// Native loops of the engine, in which it never looks whether it should stop.

const table: Readonly<Record<string, readonly Row[]>> = {
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

// They are sure to be ended by force, so they need not be waited for as long.
describe('an endless program', () => hostile(table, { grace: 30, limits: { deadline: 20 } }))
