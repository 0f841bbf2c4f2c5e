import { expect, it } from 'vitest'
import { CheckedTexts } from './checked-texts.js'

function counted(isGood: (text: string) => boolean) {
  const checked: string[] = []
  const texts = new CheckedTexts((text) => {
    checked.push(text)
    return isGood(text)
  })
  return { texts, checked }
}

it('checks what is good once, and answers the same text', () => {
  const { texts, checked } = counted(() => true)
  for (const text of ['alpha', 'alpha', 'alphas']) expect(texts.find(text)).toBe(text)
  expect(checked).toEqual(['alpha', 'alphas'])
})

it('never takes what is bad for good, however often it comes', () => {
  const { texts, checked } = counted((text) => text !== 'bad')
  texts.find('dad')
  for (const text of ['bad', 'bad', '']) texts.find(text)
  expect(texts.find('bad')).toBeUndefined()
  expect(checked.filter((text) => text === 'bad')).toHaveLength(3)
})

it('tells apart texts that belong in one place', () => {
  const { texts } = counted((text) => text.startsWith('a'))
  expect(['a-xy', 'b-xy', 'a-xy', 'c-xy'].map((text) => texts.find(text))).toEqual([
    'a-xy',
    undefined,
    'a-xy',
    undefined,
  ])
})
