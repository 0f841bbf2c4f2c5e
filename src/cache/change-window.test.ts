import { describe, expect, it } from 'vitest'
import { organizationId } from '../../test/support/scripted-store.js'
import { ChangeWindow } from './change-window.js'

const at = (number: number, nonce = `n${number}`) => ({ epoch: 'e', number, nonce })
const row = (number: number, ...keys: string[]) => ({
  number,
  nonce: `n${number}`,
  organizationId,
  atMs: 0,
  keys,
})

describe('a window of the change log', () => {
  it('believes what no later revision changed', () => {
    const window = new ChangeWindow(10)
    window.reset(at(5))
    window.apply(row(6, 'a'))
    window.apply(row(7, 'b'))
    expect(window.isCurrent(['a'], at(6))).toBe(true)
    expect(window.isCurrent(['a'], at(5))).toBe(false)
    expect(window.isCurrent(['a', 'b'], at(6))).toBe(false)
    expect(window.isCurrent(['c'], at(5))).toBe(true)
  })

  it('believes nothing from before its start, after its end, or of another history', () => {
    const window = new ChangeWindow(10)
    window.reset(at(5))
    window.apply(row(6, 'a'))
    expect(window.isCurrent(['c'], at(4))).toBe(false)
    expect(window.isCurrent(['c'], at(7))).toBe(false)
    expect(window.isCurrent(['c'], at(6, 'other'))).toBe(false)
    expect(window.isCurrent(['c'], { ...at(6), epoch: 'other' })).toBe(false)
  })

  it('moves its start past what it forgets', () => {
    const window = new ChangeWindow(2)
    window.reset(at(0))
    for (let number = 1; number <= 4; number++) window.apply(row(number, `key-${number}`))
    expect(window.isCurrent(['key-1'], at(1))).toBe(false)
    expect(window.isCurrent(['key-1'], at(2))).toBe(true)
    expect(window.isCurrent(['key-3'], at(2))).toBe(false)
    expect(window.isCurrent(['key-3'], at(3))).toBe(true)
  })

  it('is bounded too when one entity changes again and again', () => {
    const window = new ChangeWindow(10)
    window.reset(at(0))
    for (let number = 1; number <= 10_000; number++) window.apply(row(number, 'a'))
    expect(window.start).toBeGreaterThan(9_980)
    expect(window.contains(at(1))).toBe(false)
    expect(window.isCurrent(['b'], at(9_995))).toBe(true)
  })

  it('applies revisions in order and without gaps', () => {
    const window = new ChangeWindow(10)
    window.reset(at(5))
    expect(() => window.apply(row(7, 'a'))).toThrow(/out of order/)
    expect(() => window.apply(row(5, 'a'))).toThrow(/out of order/)
  })
})
