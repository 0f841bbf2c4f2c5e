import { gunzip } from 'node:zlib'

/** What came out, or why nothing did. */
export type Inflated = Buffer | 'too-large' | 'malformed'

export type Inflate = (octets: Uint8Array, bytesMax: number) => Promise<Inflated>

/**
 * Messages in gzip, a few at a time and off the event loop: what is small on the wire may be large
 * and slow behind it. Never rejects.
 */
export function createInflate(concurrencyMax: number): Inflate {
  const waiting: (() => void)[] = []
  let running = 0
  const enter = () =>
    running++ < concurrencyMax ? undefined : new Promise<void>((resolve) => waiting.push(resolve))
  const leave = () => {
    running--
    waiting.shift()?.()
  }
  return async (octets, bytesMax) => {
    await enter()
    try {
      return await inflate(octets, bytesMax)
    } finally {
      leave()
    }
  }
}

function inflate(octets: Uint8Array, bytesMax: number): Promise<Inflated> {
  return new Promise((resolve) => {
    gunzip(octets, { maxOutputLength: Math.max(bytesMax, 1) }, (error, result) => {
      if (!error) resolve(result)
      else
        resolve(
          'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'malformed',
        )
    })
  })
}
