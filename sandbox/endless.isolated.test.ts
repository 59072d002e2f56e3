import { describe } from 'node:test'
import { grown, hostile, looped, type Row } from './test/hostile.ts'

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
}

describe('an endless program', () => hostile(table))
