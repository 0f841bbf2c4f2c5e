/**
 * RFC 7541 appendix B, sorted as its canonical code is: by length in bits, and within one length the
 * symbols in order. 256 is the end of the string.
 */
const symbolsByLength: Readonly<Record<number, string>> = {
  5: '48-50 97 99 101 105 111 115-116',
  6: '32 37 45-47 51-57 61 65 95 98 100 102-104 108-110 112 114 117',
  7: '58 66-87 89 106-107 113 118-122',
  8: '38 42 44 59 88 90',
  10: '33-34 40-41 63',
  11: '39 43 124',
  12: '35 62',
  13: '0 36 64 91 93 126',
  14: '94 125',
  15: '60 96 123',
  19: '92 195 208',
  20: '128 130-131 162 184 194 224 226',
  21: '153 161 167 172 176-177 179 209 216-217 227 229-230',
  22: '129 132-134 136 146 154 156 160 163-164 169-170 173 178 181 185-187 189-190 196 198 228 232-233',
  23: '1 135 137-141 143 147 149-152 155 157-158 165-166 168 174-175 180 182-183 188 191 197 231 239',
  24: '9 142 144-145 148 159 171 206 215 225 236-237',
  25: '199 207 234-235',
  26: '192-193 200-202 205 210 213 218-219 238 240 242-243 255',
  27: '203-204 211-212 214 221-223 241 244-248 250-254',
  28: '2-8 11-12 14-21 23-31 127 220 249',
  30: '10 13 22 256',
}

const endOfString = 256

type Node = [zero: Node | number | undefined, one: Node | number | undefined]

const root: Node = buildTree()

/** Bit by bit. `undefined` for what is no string: badly padded, or with its end inside. */
export function readHuffman(octets: Buffer): string | undefined {
  const symbols: number[] = []
  let node: Node = root
  let pending = ''
  for (let bit = 0; bit < octets.length * 8; bit++) {
    const isOne = ((octets[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1
    const next: Node | number | undefined = node[isOne]
    pending += isOne
    if (next === undefined || next === endOfString) return undefined
    if (typeof next === 'object') {
      node = next
      continue
    }
    symbols.push(next)
    node = root
    pending = ''
  }
  return /^1{0,7}$/.test(pending) ? String.fromCharCode(...symbols) : undefined
}

function buildTree(): Node {
  const tree: Node = [undefined, undefined]
  let code = 0
  let codeLength = 0
  for (const [length, runs] of Object.entries(symbolsByLength)) {
    code *= 2 ** (Number(length) - codeLength)
    codeLength = Number(length)
    for (const symbol of runs.split(' ').flatMap(symbolsOf)) {
      hang(tree, code.toString(2).padStart(codeLength, '0'), symbol)
      code += 1
    }
  }
  return tree
}

function symbolsOf(run: string): number[] {
  const [first = 0, last = first] = run.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function hang(tree: Node, bits: string, symbol: number): void {
  let node = tree
  for (const bit of bits.slice(0, -1)) {
    const side = Number(bit)
    const next = node[side]
    if (typeof next === 'object') node = next
    else {
      const made: Node = [undefined, undefined]
      node[side] = made
      node = made
    }
  }
  node[Number(bits.at(-1))] = symbol
}
