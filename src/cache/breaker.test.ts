import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/scripted-store.js'
import { Breaker } from './breaker.js'

describe('a breaker', () => {
  let clock: ManualClock
  let breaker: Breaker

  beforeEach(() => {
    clock = new ManualClock()
    breaker = new Breaker({ clock, random: () => 0.5 })
  })

  const fail = (times: number) => {
    for (let i = 0; i < times; i++) breaker.failed()
  }

  it('lets everybody through until three in a row have failed', () => {
    fail(2)
    breaker.succeeded()
    fail(2)
    expect(breaker.allows()).toBe(true)
    fail(1)
    expect(breaker.allows()).toBe(false)
  })

  it('lets one through now and then to see, and all once that one succeeds', () => {
    fail(3)
    clock.pass(500)
    expect(breaker.allows()).toBe(true)
    expect(breaker.allows()).toBe(false)
    breaker.failed()
    expect(breaker.allows()).toBe(false)
    clock.pass(500)
    expect(breaker.allows()).toBe(true)
    breaker.succeeded()
    expect([breaker.allows(), breaker.allows()]).toEqual([true, true])
  })
})
