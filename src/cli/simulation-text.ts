import { Decision } from '../grpc/gen/postern/v1/authorization.js'
import type { SimulatedDecision, SimulateResponse } from '../grpc/gen/postern/v1/simulation.js'
import { reasonName } from './answer.js'
import type { QuestionEntry } from './simulation-file.js'
import { type Paint, printable } from './terminal.js'

export interface SimulationView {
  readonly questions: readonly QuestionEntry[]
  /** Whether those that stay as they are are shown, too. */
  readonly all: boolean
  readonly paint: Paint
}

/** Each question that flips with its answer before and after, and how many there are. */
export function simulationText(
  { answers, gained, lost }: SimulateResponse,
  { questions, all, paint }: SimulationView,
): string {
  const shown = answers.flatMap(({ before, after, flipped }, index) => {
    const question = questions[index]
    if (!question || !(flipped || all)) return []
    const mark = flipped ? (isAllow(after) ? paint('green', '+') : paint('red', '-')) : ' '
    const sides = flipped ? `${sideText(before)} → ${sideText(after)}` : sideText(after)
    return [`${mark} ${questionText(question)}\n    ${sides}\n`]
  })
  const counts = `${gained} gained, ${lost} lost, ${answers.length - gained - lost} as before\n`
  return `${shown.join('')}${shown.length > 0 ? '\n' : ''}${counts}`
}

function isAllow(decision: SimulatedDecision | undefined): boolean {
  return decision?.decision === Decision.ALLOW
}

function sideText(side: SimulatedDecision | undefined): string {
  if (!side) return 'no answer'
  const policy = side.policyName === '' ? '' : `, policy \`${printable(side.policyName)}\``
  return `${isAllow(side) ? 'allow' : 'deny'} (${reasonName(side.reason)}${policy})`
}

function questionText({ principal, action, type, id, project }: QuestionEntry): string {
  const path = [type, id].filter((part) => part !== '').join('/')
  const target = path === '' ? '' : ` on ${path}`
  const scope = project === '' ? 'the organization' : `project ${project}`
  return printable(`${principal.type} ${principal.name}: ${action}${target} in ${scope}`)
}
