import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { orientationOf } from './exif-orientation.ts'
import { readImage } from './read-image.ts'
import { exif, jpeg, jpegComment, png, pngChunk, pngHeader, vp8, webp, webpChunk } from './sample.fixture.ts'

const refusal = (bytes: Buffer): string => {
  try {
    readImage(bytes)
  } catch (error) {
    assert.equal((error as Error).name, 'BadImage', String(error))
    return (error as Error).message
  }
  return assert.fail('it was taken')
}
const html = '<script>alert(1)</script>'

describe('a PNG image', () => {
  test('is kept as it is where nothing is in it but pixels', () => {
    const image = readImage(png({ width: 640, height: 480 }))
    assert.deepEqual([image.type, image.width, image.height], ['image/png', 640, 480])
    assert.deepEqual(image.bytes, png({ width: 640, height: 480 }))
  })

  test('loses texts, EXIF, profiles, private chunks and what stands behind its end', () => {
    const bomb = Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\u0001\0\0\0', 'latin1'), deflateSync(Buffer.alloc(100_000))])
    const extra = [
      pngChunk('tEXt', Buffer.from(`Comment\0${html}`)),
      pngChunk('zTXt', Buffer.from('x')),
      pngChunk('iTXt', bomb),
      pngChunk('eXIf', Buffer.from('GPS')),
      pngChunk('iCCP', Buffer.from('x')),
      pngChunk('tIME', Buffer.alloc(7)),
      pngChunk('gaMe', Buffer.from('private')),
    ]
    assert.deepEqual(readImage(png({ extra, after: html })).bytes, png())
    const gamma = pngChunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f]))
    assert.deepEqual(readImage(png({ extra: [gamma] })).bytes, png({ extra: [gamma] }))
  })

  test('is refused where it is too large, moves, or is not sound', () => {
    assert.match(refusal(png({ width: 4097 })), /4097 × 2 pixels, and 4096 × 4096 is the most; make it smaller/)
    assert.match(refusal(png({ height: 0x7fffffff })), /2147483647/)
    assert.match(refusal(png({ width: 0 })), /0 × 2/)
    assert.match(refusal(png({ extra: [pngChunk('acTL', Buffer.alloc(8))] })), /animated PNG.*save one frame/)
    assert.match(refusal(png({ extra: [pngChunk('EVIL')] })), /EVIL/)
    assert.match(refusal(png({ extra: [pngHeader(1, 1)] })), /IHDR twice/)
    assert.match(refusal(png().subarray(0, -6)), /cut off/)
    assert.match(refusal(png({ extra: [pngChunk('PLTE', Buffer.alloc(4))] })), /palette/)
    assert.match(refusal(png({ extra: [pngChunk('PLTE', Buffer.alloc(900))] })), /too long/)
    const broken = png()
    broken.writeUInt8(9, 17)
    assert.match(refusal(broken), /checksum of IHDR/)
    const noPixels = Buffer.concat([png().subarray(0, 33), pngChunk('IEND')])
    assert.match(refusal(noPixels), /no pixels/)
  })
})

describe('a JPEG image', () => {
  test('keeps its tables and scans, and loses comments, EXIF, previews and what stands behind its end', () => {
    const extra = [jpegComment(html), exif(1), jpegComment('GPS')]
    const image = readImage(jpeg({ extra, after: html }))
    assert.deepEqual([image.type, image.width, image.height], ['image/jpeg', 16, 8])
    assert.deepEqual(image.bytes, jpeg())
  })

  test('keeps of EXIF how the camera was held, and not where', () => {
    const { bytes } = readImage(jpeg({ extra: [exif(6)] }))
    assert.equal(bytes.includes('GPS-SECRET'), false)
    const at = bytes.indexOf('Exif')
    assert.equal(orientationOf(bytes.subarray(at)), 6)
    assert.deepEqual(readImage(bytes).bytes, bytes, 'written once more it is the same')
  })

  test('is refused where it is too large or not sound', () => {
    assert.match(refusal(jpeg({ width: 5000 })), /5000 × 8/)
    assert.match(refusal(jpeg({ height: 0 })), /16 × 0/)
    assert.match(refusal(jpeg().subarray(0, -4)), /cut off|missing/)
    assert.match(refusal(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xe0, 0, 0]), Buffer.alloc(9)])), /cut off|missing/)
    const noScan = jpeg()
    assert.match(
      refusal(Buffer.concat([noScan.subarray(0, noScan.indexOf(Buffer.from([0xff, 0xda]))), Buffer.from([0xff, 0xd9])])),
      /no pixels/,
    )
    const arithmetic = jpeg()
    arithmetic[arithmetic.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc9
    assert.match(refusal(arithmetic), /0xc9/)
  })
})

describe('a WebP image', () => {
  test('keeps its frame and its transparency, and loses EXIF, XMP and profiles', () => {
    const plain = readImage(
      webp(
        [webpChunk('VP8X', Buffer.alloc(10)), webpChunk('ICCP', Buffer.from('p')), vp8(30, 20), webpChunk('EXIF', Buffer.from('GPS'))],
        html,
      ),
    )
    assert.deepEqual([plain.type, plain.width, plain.height], ['image/webp', 30, 20])
    assert.deepEqual(plain.bytes, webp([vp8(30, 20)]))
    const alpha = webpChunk('ALPH', Buffer.from([0, 1, 2]))
    const clear = readImage(webp([webpChunk('VP8X', Buffer.alloc(10, 0xff)), alpha, vp8(30, 20), webpChunk('XMP ', Buffer.from(html))]))
    const header = Buffer.from([0x10, 0, 0, 0, 29, 0, 0, 19, 0, 0])
    assert.deepEqual(clear.bytes, webp([webpChunk('VP8X', header), alpha, vp8(30, 20)]))
    assert.deepEqual(readImage(clear.bytes).bytes, clear.bytes)
    const lossless = webpChunk('VP8L', Buffer.from([0x2f, 9, 0x40, 1, 0, 7]))
    const { width, height, bytes } = readImage(webp([lossless]))
    assert.deepEqual([width, height, bytes], [10, 6, webp([lossless])])
  })

  test('is refused where it moves, is too large or not sound', () => {
    assert.match(refusal(webp([webpChunk('ANIM', Buffer.alloc(6)), vp8(1, 1)])), /animated WebP/)
    assert.match(refusal(webp([vp8(5000, 5)])), /5000 × 5/)
    assert.match(refusal(webp([webpChunk('EXIF', Buffer.alloc(6))])), /no pixels/)
    assert.match(refusal(webp([vp8(1, 1), vp8(1, 1)])), /twice/)
    assert.match(refusal(webp([webpChunk('VP8 ', Buffer.alloc(20))])), /frame is wrong/)
    assert.match(refusal(webp([vp8(3, 3)]).subarray(0, -9)), /cut off/)
  })
})

test('what is no image that is known is refused by what it is', () => {
  assert.match(refusal(Buffer.from('GIF89a...')), /a GIF image; save it as PNG, JPEG, WebP or SVG/)
  assert.match(refusal(Buffer.from(`GIF89a/*<svg onload=alert(1)>*/`)), /GIF/)
  assert.match(refusal(Buffer.from('%PDF-1.7')), /PDF/)
  assert.match(refusal(Buffer.from([0, 0, 1, 0, 1, 0])), /ICO/)
  assert.match(refusal(Buffer.from('MZ')), /no image/)
  assert.match(refusal(Buffer.alloc(0)), /empty/)
  assert.match(refusal(Buffer.alloc(512 * 1024 + 1)), /524289 bytes, and 524288 is the most/)
})

test('no bytes at all make it fail in another way than by a refusal', () => {
  const random = (seed: number) => () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648
  const next = random(7)
  const whole = [png({ extra: [pngChunk('tEXt', Buffer.alloc(9))] }), jpeg({ extra: [exif(3)] }), webp([vp8(9, 9)])]
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(whole[round % 3]!)
    for (let change = 0; change < 1 + (round % 5); change++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256)
    const cut = round % 7 === 0 ? bytes.subarray(0, Math.floor(next() * bytes.length)) : bytes
    try {
      readImage(cut)
    } catch (error) {
      assert.equal((error as Error).name, 'BadImage', `${cut.toString('hex')}: ${(error as Error).stack}`)
    }
  }
})
