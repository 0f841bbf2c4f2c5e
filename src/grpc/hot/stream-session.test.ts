import { expect, it } from 'vitest'
import { unauthenticated } from '../../service/administration.js'
import { StreamSession } from './stream-session.js'

/** A session, the timer of its admission, and what its channel sees. */
function open(admit: () => undefined | Promise<void>) {
  const seen: unknown[] = []
  let elapse: (() => void) | undefined
  const session = new StreamSession(
    {
      hot: { authorizeStreamed: (octets, start, end) => octets.subarray(start, end) },
      schedule: (_, work) => {
        elapse = work
        return () => {
          elapse = undefined
        }
      },
    },
    {
      send: (message) => seen.push(String(message)) > 0,
      pause: () => seen.push('pause'),
      resume: () => seen.push('resume'),
      finish: (error) => seen.push(error instanceof Error ? error.message : 'end'),
      leftMs: () => 1_000,
      admit,
    },
  )
  session.begin()
  return {
    ...{ session, seen },
    ask: (text: string) => session.message(Buffer.from(text)),
    elapse: () => elapse?.(),
    isTimed: () => elapse !== undefined,
  }
}

const refused = unauthenticated('CREDENTIAL_INVALID')

it('admits its caller once in a while, and not for each question', () => {
  let admissions = 0
  const { ask, elapse, seen } = open(() => {
    admissions += 1
    return undefined
  })
  for (const text of ['a', 'b']) ask(text)
  expect(admissions).toBe(0)
  elapse()
  for (const text of ['c', 'd']) ask(text)
  expect(admissions).toBe(1)
  elapse()
  ask('e')
  expect(admissions).toBe(2)
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
})

it('ends when its caller is not admitted any more', () => {
  const { ask, elapse, seen, isTimed } = open(() => {
    throw refused
  })
  ask('a')
  elapse()
  for (const text of ['b', 'c']) ask(text)
  expect(seen).toEqual(['a', refused.message])
  expect(isTimed()).toBe(false)
})

it('answers nothing while the admission is not known', async () => {
  let admit = () => {}
  const { elapse, seen, session } = open(() => {
    return new Promise((resolve) => {
      admit = resolve
    })
  })
  elapse()
  const octets = Buffer.from('a')
  session.message(octets)
  // What was read from the socket is used again.
  octets.fill('x')
  session.end()
  expect(seen).toEqual(['pause'])
  admit()
  await expect.poll(() => seen).toEqual(['pause', 'a', 'resume', 'end'])
})

it('ends without an answer when the admission that it waits for is refused', async () => {
  const { ask, elapse, seen } = open(() => Promise.reject(refused))
  elapse()
  ask('a')
  await expect.poll(() => seen).toEqual(['pause', refused.message])
})
