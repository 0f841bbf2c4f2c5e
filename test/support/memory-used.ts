import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** In octets, without garbage. */
export function memoryUsed(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
