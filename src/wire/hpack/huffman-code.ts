/**
 * RFC 7541 appendix B. The code is canonical: codes of one length follow one another in the order
 * of their symbols, and a longer length goes on where the shorter one ended. So the lengths say
 * everything; they are written as runs of `length` or `length x count`, for the octets 0 to 255 and
 * the end of the string, 256.
 */
const lengths = `
13 23 28x7 24 30 28x2 30 28x8 30 28x9
6 10x2 12 13 6 8 11 10x2 8 11 8 6x3 5x3 6x7 7 8 15 6 12 10
13 6 7x22 8 7 8 13 19 13 14 6
15 5 6 5 6 5 6x3 5 7x2 6x3 5 6 7 6 5x2 6 7x5 15 11 14 13 28
20 22 20x2 22x3 23 22 23x5 24 23 24x2 22 23 24 23x4 21 22 23 22 23x2 24
22 21 20 22x2 23x2 21 23 22x2 24 21 22 23x2 21x2 22 21 23 22 23x2 20 22x3 23 22x2 23
26x2 20 19 22 23 22 25 26x3 27x2 26 24 25 19 21 26 27x2 26 27 24 21x2 26x2 28 27x3
20 24 20 21 22 21x2 23 22x2 25x2 24x2 26 23 26 27 26x2 27x5 28 27x5 26
30`
  .trim()
  .split(/\s+/)
  .flatMap((run) => {
    const [length = 0, count = 1] = run.split('x').map(Number)
    return Array<number>(count).fill(length)
  })

export const endOfString = 256

/** The code of each symbol, right-aligned, and its length in bits. */
export interface HuffmanCode {
  readonly codes: readonly number[]
  readonly lengths: readonly number[]
}

export const huffmanCode: HuffmanCode = { codes: canonicalCodes(), lengths }

function canonicalCodes(): number[] {
  const codes = Array<number>(lengths.length).fill(0)
  let next = 0
  for (let length = 1; length <= 30; length++) {
    next *= 2
    for (const [symbol, own] of lengths.entries()) {
      if (own === length) codes[symbol] = next++
    }
  }
  return codes
}
