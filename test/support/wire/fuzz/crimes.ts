import { encodeFields } from '../../../../src/wire/hpack/encoder.js'
import * as f from '../frames.js'
import type { Grammar } from './grammar.js'

type Crime = (grammar: Grammar) => Buffer

const call = (...more: readonly string[]) => f.callFields('/test.Echo/Unary', ...more)
/** Without the pseudo-header field of that name. */
const without = (name: string) => {
  const fields = call()
  fields.splice(fields.indexOf(name), 2)
  return fields
}

/** Header lists that make a request malformed, RFC 9113 section 8. */
const malformed: readonly (readonly string[])[] = [
  call('X-Upper', 'a'),
  call('x', 'a\nb'),
  call('x', ' a'),
  call('x', 'a\t'),
  call('x\0', 'a'),
  call('connection', 'close'),
  call('transfer-encoding', 'chunked'),
  call('te', 'gzip'),
  call(':path', '/again'),
  call(':unknown', 'a'),
  call('content-length', 'seven'),
  call('content-length', '3', 'content-length', '4'),
  call('content-length', '5'),
  without(':path'),
  without(':method'),
  without(':scheme'),
  [':path', '', ...without(':path')],
  [':status', '200', ...call()],
  [':authority', '', ...call()],
  [':authority', '', ':authority', 'a', ...without(':authority')],
]

/** Blocks that cannot be decoded, RFC 7541. */
const undecodable: readonly Buffer[] = [
  Buffer.of(0x80),
  Buffer.of(0xff, 0x80, 0x01),
  Buffer.of(0x40, 0x05, 0x61),
  Buffer.of(0x3f, 0xe2, 0x1f),
  Buffer.of(0x82, 0x20),
  Buffer.of(0x00, 0x81, 0x1f, 0x01, 0x61),
  Buffer.of(0x00, 0x84, 0xff, 0xff, 0xff, 0xff, 0x01, 0x61),
  Buffer.of(0x7f, 0xff, 0xff, 0xff, 0xff, 0x0f),
  Buffer.of(0x20, 0x20, 0x20, 0x82),
]

/** Each breaks a rule of RFC 9113, or asks for more than is allowed. */
export const crimes: readonly Crime[] = [
  // Sections 4.1, 4.2: sizes.
  (g) => f.frame({ type: g.chance.below(11), streamId: g.someId(), payload: Buffer.alloc(16_385) }),
  (g) => f.frame({ type: g.chance.below(11), payload: Buffer.alloc(g.chance.below(12)) }),
  (g) => {
    const type = g.chance.pick([2, 3, 4, 6, 7, 8])
    const isOfConnection = type === 4 || type === 6 || type === 7
    const streamId = isOfConnection ? 0 : g.someId()
    return f.frame({ type, streamId, payload: Buffer.alloc(g.chance.below(12)) })
  },
  (g) => {
    const [type, flags] = [g.chance.below(256), g.chance.below(256)]
    return f.frame({ type, flags, streamId: g.someId() })
  },
  // Section 5.1: states, and identifiers.
  (g) => f.lastData(g.someId(), 'late'),
  (g) => f.request(g.someId()),
  (g) => f.request(g.someId(), ['x-trailer', 'a']),
  (g) => f.data(g.newId() + 2, 'early'),
  (g) => f.windowUpdate(g.newId() + 2, 1),
  (g) => f.rstStream(g.newId() + 2),
  (g) => f.request(g.newId() + 1),
  (g) => f.request(g.newId() + g.chance.below(1_000)),
  (g) => f.request(g.chance.below(1_000)),
  // Sections 6.1 and 6.2: padding and priority.
  (g) => f.data(g.someId(), Buffer.of(9, 1, 2, 3), f.padded),
  (g) => f.data(g.someId(), '', f.padded),
  (g) => f.headers(g.newId(), Buffer.of(9, 0x82), f.endHeaders | f.padded),
  (g) => f.headers(g.newId(), Buffer.of(1, 2, 3), f.endHeaders | f.withPriority),
  (g) => f.headers(g.newId(), Buffer.alloc(9, 5), f.endHeaders | f.withPriority | f.padded),
  (g) => {
    const id = g.newId()
    const payload = Buffer.concat([f.words(id), Buffer.of(1), encodeFields(call())])
    return f.headers(id, payload, f.endHeaders | f.endStream | f.withPriority)
  },
  (g) => {
    const id = g.someId()
    return f.priority(id, id)
  },
  (g) => {
    const id = g.newId()
    return f.priority(id, id)
  },
  (g) => f.frame({ type: 2, streamId: g.newId(), payload: Buffer.alloc(4) }),
  // Section 6.5: settings.
  (g) => f.settings([g.chance.below(9), g.size()]),
  (g) => f.settings([2, 2 + g.chance.below(9)]),
  (g) => f.settings([4, 0x80000000 + g.chance.below(100)]),
  (g) => f.settings([5, g.chance.pick([16_383, 0x1000000, 0xffffffff])]),
  (g) => f.settings([4, 0x7fffffff], [4, g.chance.below(70_000)]),
  () => f.settings(...Array.from({ length: 33 }, () => [9, 1] as const)),
  // Sections 6.6, 6.8 and 6.9.
  (g) => f.frame({ type: 5, flags: 4, streamId: g.someId(), payload: f.words(2) }),
  (g) => f.goaway(g.chance.below(10), g.chance.below(20)),
  (g) => f.windowUpdate(g.chance.pick([0, g.someId()]), g.size()),
  (g) => g.onOpen((id) => f.windowUpdate(id, g.chance.pick([0, 0x7fffffff]))),
  (g) => g.onOpen((id) => g.fill(id, 1)),
  (g) => g.onOpen((id) => g.widen(id, 1)),
  (g) => g.widen(0, 1),
  // Section 6.10: continuations.
  (g) => f.continuation(g.someId(), Buffer.of(0x82), f.endHeaders),
  (g) => f.headers(g.newId(), Buffer.of(0x82), g.chance.pick([0, f.endStream])),
  (g) => {
    const id = g.newId()
    return Buffer.concat([f.headers(id, Buffer.of(), 0), f.continuation(id + 2, Buffer.of())])
  },
  (g) => {
    const id = g.newId()
    const more = Array.from({ length: 9 }, () => f.continuation(id, Buffer.of()))
    return Buffer.concat([f.headers(id, Buffer.of(), 0), ...more])
  },
  (g) => {
    const id = g.newId()
    const more = Array.from({ length: 7 }, () => f.continuation(id, Buffer.alloc(16_000, 0x82)))
    return Buffer.concat([f.headers(id, Buffer.of(0x82), 0), ...more])
  },
  // Section 8: what makes a request malformed, or its trailers.
  ...Array<Crime>(4).fill((g) => f.request(g.newId(), g.chance.pick(malformed))),
  (g) => g.headers('content-length', String(g.chance.below(100))),
  (g) => g.onOpen((id) => f.request(id, g.chance.pick(malformed))),
  (g) => g.onOpen((id) => f.headers(id, ['x-trailer', 'a'])),
  (g) => g.onOpen((id) => f.request(id, ['x-trailer', 'v'.repeat(9_000)])),
  (g) => f.request(g.newId(), call('x-large', 'v'.repeat(9_000))),
  (g) => f.request(g.newId(), call(...Array<string>(140).fill('x'))),
  // RFC 7541.
  (g) => f.request(g.newId(), g.chance.pick(undecodable)),
  (g) => f.request(g.newId(), Buffer.concat([encodeFields(call()), g.chance.pick(undecodable)])),
  (g) => g.onOpen((id) => f.request(id, g.chance.pick(undecodable))),
  (g) => f.request(g.someId(), g.chance.pick(undecodable)),
  // Section 10.5: floods.
  (g) => repeat(g, () => f.ping()),
  (g) => repeat(g, () => f.settings()),
  (g) => repeat(g, () => f.rstStream(g.someId())),
  (g) => repeat(g, () => f.windowUpdate(0, 1)),
  (g) => repeat(g, () => f.priority(g.someId())),
  (g) => repeat(g, () => f.request(g.newId(), without(':path'))),
  (g) => repeat(g, () => g.onOpen((id) => f.data(id, ''))),
  (g) => repeat(g, () => g.onOpen((id) => f.data(id, Buffer.alloc(16_000)))),
]

function repeat({ chance }: Grammar, make: () => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: 1 + chance.below(12) }, make))
}
