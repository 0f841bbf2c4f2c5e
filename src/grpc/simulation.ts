import type { ServerUnaryCall } from '@grpc/grpc-js'
import type { Decision } from '../domain/decision.js'
import { invalid } from '../domain/validation.js'
import type { Administration } from '../service/administration.js'
import { located } from '../service/located.js'
import type { SimulatedChange } from '../service/simulation/change.js'
import { type SimulatedAnswer, simulate } from '../service/simulation/simulate.js'
import { toAnswer } from './answer.js'
import type {
  SimulateRequest,
  SimulateResponse,
  SimulationServiceServer,
  SimulatedChange as WireChange,
  SimulatedDecision as WireDecision,
  SimulatedQuestion as WireQuestion,
} from './gen/postern/v1/simulation.js'
import type { Methods } from './method.js'
import {
  fromCreatePolicy,
  fromCreateRule,
  fromSetRules,
  fromUpdatePolicy,
  fromUpdateRule,
} from './policy-input.js'
import { sessionOf } from './session.js'
import { bearerIds } from './values.js'

export function simulationHandlers(
  { plain }: Methods,
  administration: Administration,
): SimulationServiceServer {
  return {
    simulate: plain(async (call: ServerUnaryCall<SimulateRequest, SimulateResponse>) => {
      const { changes, questions } = call.request
      const input = { changes: changes.map(fromChange), questions: questions.map(fromQuestion) }
      const session = sessionOf(call)
      return toResponse(await simulate((work) => administration.write(session, work), input))
    }),
  }
}

function fromQuestion(question: WireQuestion) {
  return { ...question, ...bearerIds(question.principal) }
}

type Change = NonNullable<WireChange['change']>

function fromChange({ change }: WireChange, index: number): SimulatedChange {
  if (!change) {
    const description = 'must be exactly one of the changes that there are'
    throw invalid([{ field: `changes[${index}].change`, reason: 'REQUIRED', description }])
  }
  try {
    return toChange(change)
  } catch (error) {
    throw located(error, `changes[${index}].${snake(change.$case)}`)
  }
}

function toChange(change: Change): SimulatedChange {
  switch (change.$case) {
    case 'createPolicy':
      return { kind: 'create_policy', input: fromCreatePolicy(change.value) }
    case 'updatePolicy':
      return { kind: 'update_policy', input: fromUpdatePolicy(change.value) }
    case 'deletePolicy':
      return { kind: 'delete_policy', input: change.value }
    case 'setRules':
      return { kind: 'set_rules', input: fromSetRules(change.value) }
    case 'createRule':
      return { kind: 'create_rule', input: fromCreateRule(change.value) }
    case 'updateRule':
      return { kind: 'update_rule', input: fromUpdateRule(change.value) }
    case 'deleteRule':
      return { kind: 'delete_rule', input: change.value }
    case 'addGroupMembers':
      return { kind: 'add_group_members', input: change.value }
    case 'removeGroupMembers':
      return { kind: 'remove_group_members', input: change.value }
    default:
      return change satisfies never
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function toResponse(answers: readonly SimulatedAnswer[]): SimulateResponse {
  const from = (effect: Decision['effect']) =>
    answers.filter(({ before, after }) => before.effect === effect && after.effect !== effect)
  return {
    answers: answers.map(({ before, after }) => ({
      before: toDecision(before),
      after: toDecision(after),
      flipped: before.effect !== after.effect,
    })),
    gained: from('deny').length,
    lost: from('allow').length,
  }
}

function toDecision(given: Decision): WireDecision {
  const { decision, reason, policyId, policyName, ruleId } = toAnswer(given, '')
  return { decision, reason, policyId, policyName, ruleId }
}
