import type { ApiKeyCredential } from '../domain/api-key.js'
import { parseAttributes, unlimitedAttributes } from '../domain/attributes.js'
import { type CompileCondition, compileStored } from '../domain/condition/condition.js'
import type { OrganizationId } from '../domain/ids.js'
import type { CompiledPolicy, CompiledRule } from '../domain/policy.js'
import type { Principal } from '../domain/principal.js'
import { Validation } from '../domain/validation.js'
import { type EntityValue, type EntityWant, isPolicies } from '../service/entities.js'

/** Entities as bytes and back: JSON, in which conditions are their source. */
export interface EntityCodec {
  encode(value: EntityValue): Buffer
  /** No more octets than `encode` makes, and found out sooner for thousands of rules. */
  bytesMin(value: EntityValue): number
  /** What `encode` was given for a want of this kind, frozen. */
  decode(want: EntityWant, payload: Buffer): { readonly value: EntityValue } | 'unreadable'
}

export function createEntityCodec(compileCondition: CompileCondition): EntityCodec {
  return {
    encode: (value) => Buffer.from(JSON.stringify(value ?? null, withSource)),
    bytesMin: (value) => (isPolicies(value) ? policiesBytesMin(value) : 0),
    decode(want, payload) {
      try {
        return { value: toValue(want, JSON.parse(payload.toString()), compileCondition) }
      } catch {
        // What has a good MAC and still cannot be read is a bug of ours: it costs a miss.
        return 'unreadable'
      }
    },
  }
}

/** What has a good MAC was written by a server of this very format, from checked values. */
function toValue(want: EntityWant, raw: unknown, compileCondition: CompileCondition): EntityValue {
  if (raw === null) return undefined
  switch (want.kind) {
    case 'credential':
      return deepFreeze(raw as ApiKeyCredential)
    case 'principal':
      return toPrincipal(raw as Principal)
    case 'bindings':
      return (raw as StoredPolicy[]).map((policy) => toPolicy(policy, compileCondition))
    case 'project':
      return raw as OrganizationId
    default:
      return want satisfies never
  }
}

interface StoredPolicy extends Omit<CompiledPolicy, 'rules'> {
  readonly rules: readonly StoredRule[]
}

interface StoredRule extends Omit<CompiledRule, 'condition'> {
  /** Its source. */
  readonly condition?: string
}

function withSource(key: string, value: unknown): unknown {
  if (key !== 'condition' || typeof value !== 'object' || value === null) return value
  // A condition is the one thing here that can do something; attributes only look like one.
  return 'evaluate' in value && typeof value.evaluate === 'function' && 'source' in value
    ? value.source
    : value
}

/** Of a rule: the names of what it has, and their quotation marks. */
const ruleBytesMin = 128

function policiesBytesMin(policies: readonly CompiledPolicy[]): number {
  const known = new Map<readonly string[], number>()
  let bytes = 0
  for (const { rules } of policies) {
    for (const { permissions } of rules) {
      let length = known.get(permissions)
      if (length === undefined) {
        length = permissions.reduce((sum, permission) => sum + permission.length, 0)
        known.set(permissions, length)
      }
      bytes += ruleBytesMin + length
    }
  }
  return bytes
}

/** Attributes are read by conditions: they come back without prototypes, as they were parsed. */
function toPrincipal(raw: Principal): Principal {
  const v = new Validation()
  const attributes = parseAttributes(v, 'attributes', {
    value: raw.attributes,
    limits: unlimitedAttributes,
  })
  return { ...deepFreeze(raw), attributes }
}

function toPolicy(stored: StoredPolicy, compileCondition: CompileCondition): CompiledPolicy {
  const rules = stored.rules.map(({ condition, ...rule }): CompiledRule => {
    deepFreeze(rule)
    if (condition === undefined) return rule
    return { condition: compileStored(condition, compileCondition), ...rule }
  })
  return { ...stored, rules }
}

/** What is in the cache is read by many requests, and written by none. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
