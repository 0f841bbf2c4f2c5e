import { HpackError } from './hpack-error.js'
import { endOfString, huffmanCode } from './huffman-code.js'

/**
 * RFC 7541 section 5.2: strings in the Huffman code. Decoding walks a table by four bits at a time;
 * no code is shorter than five, so a step yields at most one symbol.
 */

const statesMax = 300
const yieldsSymbol = 1 << 8
const fails = 1 << 9
const stateShift = 10

/** For each state and nibble: the next state, and the symbol that ended, if one did. */
const steps = new Uint32Array(statesMax * 16)
/** States in which a string may end: whole symbols, then at most seven ones. */
const mayEnd = new Uint8Array(statesMax)
buildSteps()

/** Throws `HpackError` for padding that is not the start of the end-of-string code, or holds it. */
export function decodeHuffman(octets: Uint8Array, start: number, end: number): string {
  // Five bits make at least one symbol of eight.
  const decoded = Buffer.allocUnsafe(Math.ceil(((end - start) * 8) / 5))
  let length = 0
  let state = 0
  for (let at = start * 2; at < end * 2; at++) {
    const octet = octets[at >> 1] ?? 0
    const nibble = at & 1 ? octet & 15 : octet >> 4
    const step = steps[state * 16 + nibble] ?? fails
    if (step & fails) throw new HpackError('the end of a string inside a string')
    if (step & yieldsSymbol) decoded[length++] = step & 0xff
    state = step >> stateShift
  }
  if (mayEnd[state] === 0) throw new HpackError('a string is badly padded')
  return decoded.toString('latin1', 0, length)
}

export function huffmanLength(text: string): number {
  let bits = 0
  for (let at = 0; at < text.length; at++) {
    bits += huffmanCode.lengths[text.charCodeAt(at) & 0xff] ?? 0
  }
  return Math.ceil(bits / 8)
}

/** `text` holds octets, as latin1. */
export function encodeHuffman(text: string): Buffer {
  const encoded = Buffer.alloc(huffmanLength(text), 0xff)
  let bit = 0
  for (let at = 0; at < text.length; at++) {
    const symbol = text.charCodeAt(at) & 0xff
    const code = huffmanCode.codes[symbol] ?? 0
    for (let left = (huffmanCode.lengths[symbol] ?? 0) - 1; left >= 0; left--, bit++) {
      if (((code >>> left) & 1) === 0) clearBit(encoded, bit)
    }
  }
  return encoded
}

function clearBit(octets: Uint8Array, bit: number): void {
  const at = bit >> 3
  octets[at] = (octets[at] ?? 0) & ~(0x80 >> (bit & 7))
}

/** States are the inner nodes of the code's tree, by the bits that lead there; 0 is its root. */
function buildSteps(): void {
  const symbols = new Map<string, number>()
  const states = new Map<string, number>([['', 0]])
  for (const [symbol, code] of huffmanCode.codes.entries()) {
    const bits = code.toString(2).padStart(huffmanCode.lengths[symbol] ?? 0, '0')
    symbols.set(bits, symbol)
    for (let end = 1; end < bits.length; end++) {
      const prefix = bits.slice(0, end)
      if (!states.has(prefix)) states.set(prefix, states.size)
    }
  }
  for (const [prefix, state] of states) {
    mayEnd[state] = /^1{0,7}$/.test(prefix) ? 1 : 0
    for (let nibble = 0; nibble < 16; nibble++) {
      const bits = prefix + nibble.toString(2).padStart(4, '0')
      steps[state * 16 + nibble] = stepFor(bits, { symbols, states })
    }
  }
}

interface CodeTree {
  readonly symbols: ReadonlyMap<string, number>
  readonly states: ReadonlyMap<string, number>
}

function stepFor(bits: string, { symbols, states }: CodeTree): number {
  const within = states.get(bits)
  if (within !== undefined) return within << stateShift
  const end = [...bits].findIndex((_, at) => symbols.has(bits.slice(0, at + 1))) + 1
  const symbol = symbols.get(bits.slice(0, end)) ?? endOfString
  if (symbol === endOfString) return fails
  return ((states.get(bits.slice(end)) ?? 0) << stateShift) | yieldsSymbol | symbol
}
