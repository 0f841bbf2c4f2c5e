import { type CelInput, type CelMap, celMap } from '@bufbuild/cel'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import type { ConditionInput } from './condition.js'
import { viewOfObject, withNullKeys } from './json-view.js'
import { USER_AGENT_CHARACTERS_MAX } from './limits.js'
import type { Meter } from './meter.js'

/**
 * The variables of one evaluation, each made when first read. A class because a literal with
 * getters costs ten times as much to make as a comparison to evaluate; what it inherits cannot be
 * reached, since `names.ts` lets no other name through.
 */
export class Bindings {
  readonly [name: string]: CelInput
  readonly #input: ConditionInput
  readonly #meter: Meter
  #request: CelMap | undefined
  #resource: CelMap | undefined
  #principal: CelMap | undefined
  #context: CelMap | undefined

  constructor(input: ConditionInput, meter: Meter) {
    this.#input = input
    this.#meter = meter
  }

  get request(): CelMap {
    this.#request ??= requestOf(this.#input.request)
    return this.#request
  }

  get resource(): CelMap {
    this.#resource ??= resourceOf(this.#input.resource, this.#meter)
    return this.#resource
  }

  get principal(): CelMap {
    this.#principal ??= principalOf(this.#input.principal, this.#meter)
    return this.#principal
  }

  get context(): CelMap {
    this.#context ??= viewOfObject(this.#input.context, this.#meter)
    return this.#context
  }
}

function requestOf({ ip, timeMs, userAgent }: ConditionInput['request']): CelMap {
  return record({
    ip,
    time: timestampFromMs(timeMs),
    user_agent: userAgent === undefined ? undefined : firstCharacters(userAgent),
  })
}

function resourceOf(resource: ConditionInput['resource'], meter: Meter): CelMap {
  return record({
    name: resource.name,
    type: resource.type,
    id: resource.id,
    project_id: resource.projectId,
    locality: resource.locality,
    attributes: viewOfObject(resource.attributes, meter),
  })
}

function principalOf(principal: ConditionInput['principal'], meter: Meter): CelMap {
  meter.spend(principal.tags.length)
  return record({
    id: principal.id,
    type: principal.type,
    attributes: viewOfObject(principal.attributes, meter),
    tags: principal.tags,
  })
}

function record(fields: Record<string, CelInput | undefined>): CelMap {
  const present = new Map<string, CelInput>()
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) present.set(name, value)
  }
  return withNullKeys(celMap(present))
}

function firstCharacters(text: string): string {
  if (text.length <= USER_AGENT_CHARACTERS_MAX) return text
  // A character is at most two units: nothing beyond these can be among the first.
  const candidates = text.slice(0, USER_AGENT_CHARACTERS_MAX * 2)
  return [...candidates].slice(0, USER_AGENT_CHARACTERS_MAX).join('')
}
