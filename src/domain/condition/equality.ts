import {
  type CelFunc,
  type CelList,
  type CelMap,
  CelScalar,
  type CelValue,
  celFunc,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  listType,
  mapType,
} from '@bufbuild/cel'
import { isMessage } from '@bufbuild/protobuf'
import { isReflectMessage } from '@bufbuild/protobuf/reflect'
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt'
import type { Meter } from './meter.js'

const { BOOL, DOUBLE, DYN, INT, STRING, UINT } = CelScalar
const LIST = listType(DYN)
const MAP = mapType(DYN, DYN)

/**
 * Equality that counts what it compares: a short expression builds values that share their parts
 * and are exponential to walk. Also, a list holding NaN is not equal to itself, and a key whose
 * value is null is `in` a map; the library has both wrong.
 */
export function equalityFunctions(meter: Meter): CelFunc[] {
  return [
    celFunc('_==_', [DYN, DYN], BOOL, (left, right) => areEqual(left, right, meter)),
    celFunc('_!=_', [DYN, DYN], BOOL, (left, right) => !areEqual(left, right, meter)),
    celFunc('@in', [DYN, LIST], BOOL, (value, list) => isElement(value, list, meter)),
    ...[STRING, DOUBLE, INT, BOOL, UINT].map((key) =>
      celFunc('@in', [key, MAP], BOOL, (value, map) => map.get(value) !== undefined),
    ),
  ]
}

function areEqual(left: CelValue, right: CelValue, meter: Meter): boolean {
  meter.spend(1)
  if (typeof left === 'string') {
    if (typeof right !== 'string' || left.length !== right.length) return false
    meter.spend(left.length / 64)
    return left === right
  }
  if (typeof left === 'boolean' || left === null) return left === right
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)]
  if (leftNumber !== undefined) {
    return rightNumber !== undefined && areSameNumber(leftNumber, rightNumber)
  }
  if (isCelList(left)) return isCelList(right) && areSameLists(left, right, meter)
  if (isCelMap(left)) return isCelMap(right) && areSameMaps(left, right, meter)
  if (left instanceof Uint8Array) {
    return right instanceof Uint8Array && areSameBytes(left, right, meter)
  }
  if (isCelType(left)) return isCelType(right) && left.name === right.name
  return areSameMoments(left, right)
}

function isElement(value: CelValue, list: CelList, meter: Meter): boolean {
  for (const element of list) if (areEqual(element, value, meter)) return true
  return false
}

function numberOf(value: CelValue): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  return isCelUint(value) ? value.value : undefined
}

/** Across int, uint and double by mathematical value. */
function areSameNumber(left: number | bigint, right: number | bigint): boolean {
  if (typeof left === typeof right) return left === right
  return !(left < right) && !(left > right) && !Number.isNaN(left) && !Number.isNaN(right)
}

function areSameLists(left: CelList, right: CelList, meter: Meter): boolean {
  if (left.size !== right.size) return false
  const others = right.values()
  for (const element of left) {
    const other = others.next().value
    if (other === undefined || !areEqual(element, other, meter)) return false
  }
  return true
}

function areSameMaps(left: CelMap, right: CelMap, meter: Meter): boolean {
  if (left.size !== right.size) return false
  for (const [key, value] of left) {
    const other = right.get(key)
    if (other === undefined || !areEqual(value, other, meter)) return false
  }
  return true
}

function areSameBytes(left: Uint8Array, right: Uint8Array, meter: Meter): boolean {
  if (left.length !== right.length) return false
  meter.spend(left.length / 64)
  return left.every((byte, index) => byte === right[index])
}

function areSameMoments(left: CelValue, right: CelValue): boolean {
  if (!isReflectMessage(left) || !isReflectMessage(right)) return false
  for (const schema of [TimestampSchema, DurationSchema]) {
    if (!isMessage(left.message, schema) || !isMessage(right.message, schema)) continue
    const { seconds, nanos } = right.message
    return left.message.seconds === seconds && left.message.nanos === nanos
  }
  return false
}
