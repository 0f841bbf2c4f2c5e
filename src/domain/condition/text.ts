import { type CelFunc, CelScalar, celFunc, celList, celMethod, listType } from '@bufbuild/cel'
import { LIST_LENGTH_MAX, TEXT_LENGTH_MAX } from './limits.js'
import type { Meter } from './meter.js'

const { BOOL, BYTES, DYN, INT, STRING } = CelScalar
const LIST = listType(DYN)

/** The standard functions whose cost or result grows with their operands, with both bounded. */
export function textFunctions(meter: Meter): CelFunc[] {
  const spendSearch = (text: string, part: string) => {
    meter.spend(1 + (text.length * part.length) / 256)
  }
  return [
    celMethod('contains', STRING, [STRING], BOOL, function (part) {
      spendSearch(this, part)
      return this.includes(part)
    }),
    celMethod('startsWith', STRING, [STRING], BOOL, function (part) {
      meter.spend(1 + part.length / 64)
      return this.startsWith(part)
    }),
    celMethod('endsWith', STRING, [STRING], BOOL, function (part) {
      meter.spend(1 + part.length / 64)
      return this.endsWith(part)
    }),
    ...sizeFunctions(meter),
    ...orderFunctions(meter),
    ...growthFunctions(meter),
  ]
}

function sizeFunctions(meter: Meter): CelFunc[] {
  const size = (text: string) => {
    meter.spend(1 + text.length / 4)
    let characters = 0n
    for (const _ of text) characters++
    return characters
  }
  return [
    celFunc('size', [STRING], INT, size),
    celMethod('size', STRING, [], INT, function () {
      return size(this)
    }),
  ]
}

/** CEL orders strings by code point, JavaScript by UTF-16 unit; they differ past U+FFFF. */
function orderFunctions(meter: Meter): CelFunc[] {
  const compare = (left: string, right: string) => {
    meter.spend(1 + Math.min(left.length, right.length) / 64)
    return compareCodePoints(left, right)
  }
  return [
    celFunc('_<_', [STRING, STRING], BOOL, (left, right) => compare(left, right) < 0),
    celFunc('_<=_', [STRING, STRING], BOOL, (left, right) => compare(left, right) <= 0),
    celFunc('_>_', [STRING, STRING], BOOL, (left, right) => compare(left, right) > 0),
    celFunc('_>=_', [STRING, STRING], BOOL, (left, right) => compare(left, right) >= 0),
  ]
}

function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    if (left.charCodeAt(index) === right.charCodeAt(index)) continue
    // Two low surrogates after one equal high surrogate are ordered like their characters.
    return (left.codePointAt(index) ?? 0) - (right.codePointAt(index) ?? 0)
  }
  return left.length - right.length
}

function growthFunctions(meter: Meter): CelFunc[] {
  const spendJoin = (length: number, lengthMax: number) => {
    if (length > lengthMax) throw new Error(`a value of more than ${lengthMax} elements`)
    meter.spend(1 + length / 16)
  }
  return [
    celFunc('_+_', [STRING, STRING], STRING, (left, right) => {
      spendJoin(left.length + right.length, TEXT_LENGTH_MAX)
      return left + right
    }),
    celFunc('_+_', [BYTES, BYTES], BYTES, (left, right) => {
      spendJoin(left.length + right.length, TEXT_LENGTH_MAX)
      return Uint8Array.of(...left, ...right)
    }),
    celFunc('_+_', [LIST, LIST], LIST, (left, right) => {
      spendJoin(left.size + right.size, LIST_LENGTH_MAX)
      return celList([...left, ...right])
    }),
    celFunc('bytes', [STRING], BYTES, (text) => {
      spendJoin(text.length, TEXT_LENGTH_MAX)
      return new TextEncoder().encode(text)
    }),
  ]
}
