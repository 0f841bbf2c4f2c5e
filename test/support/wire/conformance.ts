import { expect, test } from 'vitest'
import { ErrorCode } from '../../../src/wire/http2/error-code.js'
import { FrameType } from '../../../src/wire/http2/frame.js'
import * as f from './frames.js'
import { WirePeer, type WirePeerOptions } from './peer.js'

/** What a case ends in. */
export type Outcome = (peer: WirePeer) => void

/** RFC 9113 section 5.4.1: GOAWAY with that code, and nothing after it. */
export function connectionError(code: keyof typeof ErrorCode): Outcome {
  return (peer) => {
    expect(peer.goawayCode).toBe(ErrorCode[code])
    expect(peer.isEnded).toBe(true)
    expect(peer.seen.at(-1)?.type).toBe(FrameType.goaway)
  }
}

/** Section 5.4.2: RST_STREAM with that code, and a connection that goes on. */
export function streamError(code: keyof typeof ErrorCode, streamId = 1): Outcome {
  return (peer) => {
    expect(peer.resetCode(streamId)).toBe(ErrorCode[code])
    expect(peer.isAlive).toBe(true)
  }
}

/** The stream is answered, and the connection goes on. */
export function answered(streamId = 1): Outcome {
  return (peer) => {
    expect(peer.field(streamId, ':status')).toBe('200')
    expect(peer.hasEnded(streamId)).toBe(true)
    expect(peer.isAlive).toBe(true)
  }
}

export const accepted: Outcome = (peer) => {
  expect(peer.goawayCode).toBeUndefined()
  expect(peer.isAlive).toBe(true)
}

export interface Case {
  /** `section: guarantee`. */
  readonly name: string
  readonly send: (peer: WirePeer) => void
  readonly outcome: Outcome
  readonly options?: WirePeerOptions
}

/**
 * A server that answers any request once it is whole, with `hello`; those to `/open`, never. The
 * messages are not gRPC's: these cases are about what is below.
 */
export const plainServer: WirePeerOptions = {
  fallback: (call) => ({
    data: (octets) => call.consumed(octets.length),
    end: () => {
      if (call.path === '/open') return
      call.respond([':status', '200'])
      call.write(Buffer.from('hello'))
      call.finish()
    },
    drain: () => {},
    cancel: () => {},
  }),
}

export function conforms(cases: readonly Case[]): void {
  test.each(cases)('$name', ({ send, outcome, options }) => {
    const peer = WirePeer.greeted({ ...plainServer, ...options })
    send(peer)
    outcome(peer)
    expect(peer.bugs).toEqual([])
  })
}

export const get = f.callFields('/')
export const open = f.callFields('/open')
