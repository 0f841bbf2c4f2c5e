import * as f from '../../test/support/wire/frames.js'

/** What one connection of an attacker sends, as much and as fast as it is taken. */
export interface Attack {
  /** How many connections at once; each is made anew when it ends. */
  readonly connections: number
  /** Sent first, the preface included. */
  hello(message: Buffer): Buffer
  /** Sent after that again and again; absent: the attacker keeps still. */
  again?(message: Buffer): () => Buffer
  /** Between two times; absent: as soon as the socket takes more. */
  readonly everyMs?: number
}

const path = '/postern.v1.AuthorizationService/Authorize'
const greeting = Buffer.concat([f.preface, f.settings()])
const fields = f.callFields(path)
/** SETTINGS_INITIAL_WINDOW_SIZE. */
const windowSize = 4

/** Frames for many streams in one buffer; the ids go on from one time to the next. */
function streams(count: number, make: (id: number) => Buffer): () => Buffer {
  let id = -1
  return () =>
    Buffer.concat(
      Array.from({ length: count }, () => {
        id += 2
        return make(id)
      }),
    )
}

const repeated = (count: number, frame: Buffer) => () =>
  Buffer.concat(Array.from({ length: count }, () => frame))

/** By name; `message` is a question that the server allows. */
export const attacks: Readonly<Record<string, Attack>> = {
  'rapid reset': {
    connections: 8,
    hello: () => greeting,
    again: () => streams(100, (id) => Buffer.concat([f.headers(id, fields), f.rstStream(id)])),
  },
  'resets of whole requests': {
    connections: 8,
    hello: () => greeting,
    again: (message) =>
      streams(100, (id) =>
        Buffer.concat([f.headers(id, fields), f.lastData(id, f.message(message)), f.rstStream(id)]),
      ),
  },
  'pings flood': {
    connections: 8,
    hello: () => greeting,
    again: () => repeated(1_000, f.ping()),
  },
  'settings flood': {
    connections: 8,
    hello: () => greeting,
    again: () => repeated(1_000, f.settings([3, 100])),
  },
  'continuation flood': {
    connections: 8,
    hello: () => Buffer.concat([greeting, f.headers(1, fields, 0)]),
    again: () => repeated(100, f.continuation(1, Buffer.alloc(1_000, 0x82))),
  },
  'zero window held': {
    connections: 100,
    hello: (message) =>
      Buffer.concat([
        f.preface,
        f.settings([windowSize, 0]),
        streams(200, (id) =>
          Buffer.concat([f.headers(id, fields), f.lastData(id, f.message(message))]),
        )(),
      ]),
    again: () => repeated(1, f.ping()),
    everyMs: 1_000,
  },
  'slow requests': {
    connections: 500,
    hello: () => greeting,
    // One octet at a time of a request that takes hours.
    again: (message) => {
      const whole = Buffer.concat([f.headers(1, fields), f.lastData(1, f.message(message))])
      let at = 0
      return () => whole.subarray(at, ++at)
    },
    everyMs: 100,
  },
  'half-open requests': {
    connections: 100,
    hello: (message) =>
      Buffer.concat([
        greeting,
        streams(256, (id) =>
          Buffer.concat([f.headers(id, fields), f.data(id, f.message(message).subarray(0, 20))]),
        )(),
      ]),
    again: () => repeated(1, f.ping()),
    everyMs: 1_000,
  },
}
