import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/scripted-store.js'
import { Leases, type Sent, silenceMsMax, type Told } from './leases.js'

const own = 'acme'
const epoch = 'e'
let clock: ManualClock
let leases: Leases<{ readonly id: string }>

beforeEach(() => {
  clock = new ManualClock()
  leases = new Leases(clock, 100)
})

function hear(news: Told['news'], number: number, parts: Partial<Told> = {}): void {
  leases.heard({ news, organizationId: own, revision: { epoch, number }, ageMs: 0, ...parts })
}

interface Kept {
  readonly id?: string
  readonly organizationId?: string
  readonly number: number
  readonly validForMs?: number
  readonly sent?: Sent
}

function keep({ id = 'q', organizationId = own, number, validForMs = 5_000, sent }: Kept): void {
  const lease = { organizationId, revision: { epoch, number }, validForMs }
  leases.keep(id, { id }, { sent: sent ?? leases.send(), lease })
}

const isKept = (id = 'q') => leases.find(id) !== undefined

describe('an answer is given again', () => {
  it('only once the watch has begun, and only while it goes on', () => {
    keep({ number: 7 })
    expect(isKept()).toBe(false)
    hear('forget', 7)
    expect(isKept()).toBe(false)
    keep({ number: 7 })
    expect(isKept()).toBe(true)
    leases.lost()
    expect(isKept()).toBe(false)
    keep({ number: 7 })
    expect(isKept()).toBe(false)
  })

  it('until something changes in its organization', () => {
    hear('forget', 7)
    keep({ number: 7 })
    hear('none', 8)
    expect(isKept()).toBe(true)
    hear('changed', 9)
    expect(isKept()).toBe(false)
  })

  it('until anything changes at all, if it is about another organization', () => {
    hear('forget', 7)
    keep({ number: 7, organizationId: 'other' })
    hear('none', 7)
    expect(isKept()).toBe(true)
    hear('none', 8)
    expect(isKept()).toBe(false)
  })

  it('when it is of the change, or of a server that is ahead of the watch', () => {
    hear('forget', 7)
    keep({ number: 9 })
    hear('changed', 9)
    expect(isKept()).toBe(true)
    hear('changed', 10)
    expect(isKept()).toBe(false)
  })

  it('for as long as it is valid since it was asked for, to the millisecond', () => {
    hear('forget', 7)
    const sent = leases.send()
    clock.pass(400)
    keep({ number: 7, sent, validForMs: 1_000 })
    clock.pass(599)
    expect(isKept()).toBe(true)
    clock.pass(1)
    expect(isKept()).toBe(false)
  })

  it('never, when time may change it at any moment', () => {
    hear('forget', 7)
    keep({ number: 7, validForMs: 0 })
    expect(isKept()).toBe(false)
  })

  it('for at most so long after the state that was told of, whatever comes later', () => {
    hear('forget', 7, { ageMs: 1_000 })
    keep({ number: 7 })
    clock.pass(silenceMsMax - 1_001)
    expect(isKept()).toBe(true)
    clock.pass(1)
    keep({ number: 7 })
    expect(isKept()).toBe(false)
    hear('none', 7, { ageMs: Number.POSITIVE_INFINITY })
    keep({ number: 7 })
    expect(isKept()).toBe(false)
    hear('none', 7)
    keep({ number: 7 })
    expect(isKept()).toBe(true)
  })

  it('not after a sleep that one of the clocks did not see', () => {
    hear('forget', 7)
    keep({ number: 7 })
    clock.wall += 5_000
    expect(isKept()).toBe(false)
  })

  it('not when the change came while it was on its way', () => {
    hear('forget', 7)
    const sent = leases.send()
    hear('changed', 8)
    keep({ number: 7, sent })
    expect(isKept()).toBe(false)
    keep({ number: 8, sent })
    expect(isKept()).toBe(true)
  })

  it('not when everything was to be forgotten while it was on its way', () => {
    hear('forget', 7)
    const sent = leases.send()
    hear('forget', 7)
    keep({ number: 9, sent })
    expect(isKept()).toBe(false)
  })

  it('not when it is of another history', () => {
    hear('forget', 7)
    keep({ number: 7 })
    hear('none', 9, { revision: { epoch: 'f', number: 9 } })
    expect(isKept()).toBe(false)
    keep({ number: 9 })
    expect(isKept()).toBe(false)
  })

  it('not when there are too many that were asked for later', () => {
    hear('forget', 7)
    for (let id = 0; id <= 100; id++) keep({ id: `${id}`, number: 7 })
    expect([isKept('0'), isKept('1'), isKept('100')]).toEqual([false, true, true])
  })
})
