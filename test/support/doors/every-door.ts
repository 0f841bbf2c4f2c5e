import { expect } from 'vitest'
import type { Outcome } from '../../../src/domain/corpus.js'
import { isExpected } from '../../../src/domain/corpus.js'
import type { TestSystem } from '../system.js'
import { authzenDoor } from './authzen-door.js'
import { checkPermissionsDoor } from './check-permissions-door.js'
import type { Door, Posed } from './door.js'
import { extAuthzDoor } from './ext-authz-door.js'
import { forwardAuthDoor } from './forward-auth-door.js'

/** The faces that say a question in another standard's words, where those have words for it. */
export const foreignDoors: readonly Door[] = [
  authzenDoor,
  forwardAuthDoor,
  extAuthzDoor,
  checkPermissionsDoor,
]

/** Asks at each of them that can say the case; all must answer as it expects. */
export async function expectAtForeignDoors(system: TestSystem, posed: Posed): Promise<void> {
  for (const door of foreignDoors) {
    if (door.unsaid(posed) !== undefined) continue
    const { expected } = posed.asked
    const wanted = door.expected?.(expected) ?? expected
    const got = await door.ask(system, posed)
    const title = `${door.name}: ${JSON.stringify(wanted)}`
    expect(got, title).toSatisfy((each: Outcome) => isExpected(wanted, each))
  }
}

/** How many of the cases a door says, and how many it does not, by the rule that forbids it. */
export function countSaid(door: Door, cases: readonly Posed[]) {
  const unsaid: Record<string, number> = {}
  for (const rule of cases.map((posed) => door.unsaid(posed))) {
    if (rule !== undefined) unsaid[rule] = (unsaid[rule] ?? 0) + 1
  }
  const left = Object.values(unsaid).reduce((sum, count) => sum + count, 0)
  return { said: cases.length - left, unsaid }
}
