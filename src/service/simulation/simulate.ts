import type { Decision } from '../../domain/decision.js'
import type { OrganizationId, ProjectId } from '../../domain/ids.js'
import type { RawQuestion } from '../../domain/question.js'
import { invalid } from '../../domain/validation.js'
import type { Caller, Tools, WriteAct } from '../act.js'
import { located } from '../located.js'
import { Pacer } from '../pacer.js'
import type { PrincipalInput } from '../principal-input.js'
import { requirePermission } from '../require.js'
import { Rollback } from '../rollback.js'
import { make, permissionToSee, type SimulatedChange } from './change.js'
import { type AskedQuestion, parseQuestions } from './question.js'
import { findOwnProjects, Side } from './side.js'

export interface SimulationInput {
  readonly changes: readonly SimulatedChange[]
  readonly questions: readonly (RawQuestion & PrincipalInput)[]
}

export interface SimulatedAnswer {
  readonly before: Decision
  readonly after: Decision
}

const changesMax = 50

/**
 * What each question is answered before the changes and after them, in the order of the questions.
 * The changes are made by the use cases of their calls, in a transaction that is always rolled
 * back; both sides are decided by the evaluator, at one instant. `write` runs one administrative
 * write. Throws what a change throws, under its path: `changes[0].create_policy.rules[1].condition`.
 */
export async function simulate(
  write: (work: (act: WriteAct) => Promise<never>) => Promise<unknown>,
  input: SimulationInput,
): Promise<readonly SimulatedAnswer[]> {
  const scenes = await rolledBack(write, (act) => stage(act, input))
  return decideAll(scenes)
}

/** What both sides of every question are decided from. */
interface Scenes {
  readonly asked: readonly AskedQuestion[]
  readonly before: Side
  readonly after: Side
  readonly organizationId: OrganizationId
  readonly ownProjects: ReadonlySet<ProjectId>
  readonly nowMs: number
  readonly tools: Tools
}

async function stage(act: WriteAct, { changes, questions }: SimulationInput): Promise<Scenes> {
  requirePermission(act, 'iam:decision:simulate')
  for (const permission of new Set(changes.map(permissionToSee))) requirePermission(act, permission)
  requireChangeCount(changes)
  const asked = parseQuestions(questions)
  const pacer = new Pacer(act.tools)
  const ownProjects = await findOwnProjects(act, asked)
  const before = await Side.load(act, asked, pacer)
  for (const [index, change] of changes.entries()) {
    if (pacer.isDue) await pacer.rest()
    await makeAt(act, change, `changes[${index}].${change.kind}`)
  }
  const after = await Side.load(act, asked, pacer)
  const { nowMs, tools, caller } = act
  return { asked, before, after, ownProjects, nowMs, tools, organizationId: caller.organizationId }
}

async function makeAt(act: WriteAct, change: SimulatedChange, path: string): Promise<void> {
  try {
    await make({ ...act, caller: asOwner(act.caller) }, change)
  } catch (error) {
    throw located(error, path)
  }
}

/**
 * Whether the caller might make the change is not what is asked: whoever plans one need not be who
 * makes it. Only the work of a transaction that is rolled back may run as such a caller.
 */
function asOwner(caller: Caller): Caller {
  const { principal } = caller.standing
  return { ...caller, standing: { principal: { ...principal, owner: true }, policies: [] } }
}

function requireChangeCount(changes: readonly SimulatedChange[]): void {
  if (changes.length > 0 && changes.length <= changesMax) return
  const reason = changes.length === 0 ? 'REQUIRED' : 'TOO_MANY'
  const description = `must hold 1 to ${changesMax} changes`
  throw invalid([{ field: 'changes', reason, description }])
}

async function decideAll(scenes: Scenes): Promise<readonly SimulatedAnswer[]> {
  const { asked, before, after, organizationId, ownProjects, nowMs, tools } = scenes
  const pacer = new Pacer(tools)
  const answers: SimulatedAnswer[] = []
  for (const each of asked) {
    if (pacer.isDue) await pacer.rest()
    const { projectId } = each.question.resource
    const isOwn = projectId !== undefined && ownProjects.has(projectId)
    const owner = isOwn ? organizationId : undefined
    answers.push({
      before: before.decide(each, owner, nowMs),
      after: after.decide(each, owner, nowMs),
    })
  }
  return answers
}

async function rolledBack<T>(
  write: (work: (act: WriteAct) => Promise<never>) => Promise<unknown>,
  look: (act: WriteAct) => Promise<T>,
): Promise<T> {
  let seen: Rollback<T> | undefined
  try {
    await write(async (act) => {
      seen = new Rollback(await look(act))
      throw seen
    })
  } catch (error) {
    if (seen !== undefined && error === seen) return seen.answer
    throw error
  }
  throw new Error('a simulation always ends by rolling back')
}
