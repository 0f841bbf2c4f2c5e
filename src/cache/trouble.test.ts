import { expect, it } from 'vitest'
import { ManualClock } from '../../test/support/scripted-store.js'
import { Trouble } from './trouble.js'

function watched() {
  const clock = new ManualClock()
  const told: (string | undefined)[] = []
  const trouble = new Trouble({ clock, report: (error) => told.push(error?.message) })
  return { clock, told, trouble }
}

it('is told once, and once that it is over', () => {
  const { told, trouble } = watched()
  for (let i = 0; i < 100; i++) trouble.met(new Error('refused'))
  expect(trouble.current).toBe('refused')
  trouble.over()
  trouble.over()
  expect(told).toEqual(['refused', undefined])
  expect(trouble.current).toBeUndefined()
})

it('is told again when it comes back after a while, not when it flickers', () => {
  const { clock, told, trouble } = watched()
  trouble.met(new Error('refused'))
  trouble.over()
  trouble.met(new Error('refused'))
  clock.pass(60_000)
  trouble.met(new Error('refused'))
  expect(told).toEqual(['refused', undefined, 'refused'])
})

it('that changes its face is told in each, and named by the first', () => {
  const { told, trouble } = watched()
  trouble.met(new Error('wrong password'))
  trouble.met('closed')
  expect(told).toEqual(['wrong password', 'closed'])
  expect(trouble.current).toBe('wrong password')
})
