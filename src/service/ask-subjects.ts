import { createAuthorizationView } from '../domain/authorization-view.js'
import type { Decision } from '../domain/decision.js'
import { DomainError } from '../domain/errors.js'
import { Decider } from '../domain/evaluate.js'
import type { OrganizationId, ProjectId } from '../domain/ids.js'
import { parseQuestion, type Question, type RawQuestion } from '../domain/question.js'
import { parsed } from '../domain/validation.js'
import type { ReadAct } from './act.js'
import type { Administration } from './administration.js'
import type { BatchAnswer } from './authorize.js'
import { loadStanding } from './facts.js'
import { Pacer } from './pacer.js'
import { requirePermission } from './require.js'
import { findSubject, parseSubjectName, type SubjectName } from './subject.js'

export interface SubjectQuestion {
  readonly subject: SubjectName
  readonly question: RawQuestion
}

/** Names that are looked up among the quick acts; each costs some reads of the store. */
const quickNamesMax = 20

/** Which acts a batch belongs to: one of many names takes its time, and must not take all readers. */
export function actsForNames(
  acts: { readonly administration: Administration; readonly longActs: Administration },
  asked: readonly Pick<SubjectQuestion, 'subject'>[],
): Administration {
  const names = new Set(asked.map(({ subject: { type, id } }) => JSON.stringify([type, id])))
  return names.size > quickNamesMax ? acts.longActs : acts.administration
}

/**
 * Asks about principals of the caller's organization by the names that other systems have for them,
 * all on one snapshot and at one instant; the answers are in the order of the questions. A question
 * that is no good fails alone.
 */
export async function authorizeSubjects(
  act: ReadAct,
  asked: readonly SubjectQuestion[],
): Promise<BatchAnswer[]> {
  requirePermission(act, 'iam:decision:ask')
  const desk = new Desk(act)
  const answers: BatchAnswer[] = []
  const pacer = new Pacer(act.tools)
  // One after the other: a transaction has one connection, and questions of a batch share most.
  for (const each of asked) {
    if (pacer.isDue) await pacer.rest()
    answers.push(await answerOne(desk, each))
  }
  return answers
}

async function answerOne(desk: Desk, asked: SubjectQuestion): Promise<BatchAnswer> {
  try {
    const { subject, question } = parsed((v) => ({
      subject: parseSubjectName(v, 'subject', asked.subject),
      question: parseQuestion(v, '', asked.question),
    }))
    return { decision: await desk.decide(subject, question) }
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { error }
    throw error
  }
}

/** Loads each thing that the questions are about once. */
class Desk {
  readonly #act: ReadAct
  readonly #deciders = new Map<string, Decider | undefined>()
  readonly #projects = new Map<ProjectId, OrganizationId | undefined>()

  constructor(act: ReadAct) {
    this.#act = act
  }

  async decide(subject: SubjectName, question: Question): Promise<Decision> {
    const decider = await this.#deciderOf(subject)
    if (!decider) return { effect: 'deny', reason: 'PRINCIPAL_NOT_FOUND' }
    const { projectId } = question.resource
    const of = projectId === undefined ? undefined : await this.#organizationOf(projectId)
    return decider.decide(question, of, this.#act.nowMs)
  }

  async #deciderOf({ type, id }: SubjectName): Promise<Decider | undefined> {
    const name = JSON.stringify([type, id])
    if (!this.#deciders.has(name)) this.#deciders.set(name, await this.#load({ type, id }))
    return this.#deciders.get(name)
  }

  async #load(name: SubjectName): Promise<Decider | undefined> {
    const ref = await findSubject(this.#act, name)
    const standing = ref && (await loadStanding(this.#act.tx.decisions, ref))
    if (!standing) return undefined
    const { principal, policies } = standing
    return new Decider({ principal, view: createAuthorizationView(policies) })
  }

  async #organizationOf(id: ProjectId): Promise<OrganizationId | undefined> {
    if (!this.#projects.has(id)) {
      this.#projects.set(id, await this.#act.tx.decisions.findProjectOrganization(id))
    }
    return this.#projects.get(id)
  }
}
