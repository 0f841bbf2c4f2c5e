import { expect, it } from 'vitest'
import { createAdmission } from '../admission.js'
import { libraryMethods } from './library-methods.js'

it('sends each of two calls that come together its own answer', async () => {
  const scratch = new Uint8Array(1)
  const hot = {
    authorize(message: Buffer) {
      scratch[0] = message[0] ?? 0
      return scratch
    },
    authorizeInPlace: () => undefined,
    authorizeBatch: () => scratch,
    authorizeStreamed: () => scratch,
  }
  const nobody = { authorizeNow: () => undefined, authorize: () => Promise.reject(new Error()) }
  const admission = createAdmission('anyone', nobody)
  const onBug = (error: unknown) => expect(error).toBeUndefined()
  const { authorize } = libraryMethods({ hot, admission, schedule: () => () => {}, onBug })
  const ask = (octet: number) =>
    new Promise<unknown>((resolve) => {
      const call = { request: Buffer.of(octet), getPeer: () => '127.0.0.1:1' }
      const answer = (_: unknown, message: Buffer) => resolve([...message])
      Reflect.apply(authorize as (...call: unknown[]) => void, undefined, [call, answer])
    })
  expect(await Promise.all([ask(1), ask(2)])).toEqual([[1], [2]])
})
