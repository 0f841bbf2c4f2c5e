import { expect, it } from 'vitest'
import { AuthorizeRequest } from '../gen/postern/v1/authorization.js'
import { decodeQuestion, questionBytesMax } from './decode-question.js'

const ofLength = (length: number) =>
  AuthorizeRequest.encode(AuthorizeRequest.fromPartial({ action: 'a'.repeat(length - 4) })).finish()

it('decodes what is as long as may be, and says so of what is longer', () => {
  expect(decodeQuestion(ofLength(questionBytesMax)).action.length).toBe(questionBytesMax - 4)
  expect(() => decodeQuestion(ofLength(questionBytesMax + 1))).toThrow('at most 262144 bytes')
})
