import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** In octets, without garbage. */
export function memoryUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  // What buffers had is given back beside the program, and has been only when the next one begins.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
