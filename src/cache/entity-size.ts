import type { Condition } from '../domain/condition/condition.js'
import type { CompiledPolicy, CompiledRule } from '../domain/policy.js'
import { isPolicies } from '../service/entities.js'
import type { CachedEntity } from './entity-cache.js'

/** What V8 needs besides the characters, for an object, a field and a string: rules of thumb. */
const objectBytes = 48
const fieldBytes = 16
const stringBytes = 24
/** Of a condition, for each character of its source. */
const compiledBytes = 64

/** An estimate of what an entry takes in memory, in bytes, its key in the cache included. */
export function entityBytes({ value, keys }: CachedEntity, id: string): number {
  const bytes = isPolicies(value) ? policiesBytes(value) : valueBytes(value)
  return 2 * textBytes(id) + bytes + listBytes(keys)
}

/** What rules share counts once. */
function policiesBytes(policies: readonly CompiledPolicy[]): number {
  const permissions = new Set<readonly string[]>()
  const conditions = new Set<Condition>()
  let bytes = objectBytes
  for (const policy of policies) {
    bytes += 2 * objectBytes + 7 * fieldBytes + textBytes(policy.id) + textBytes(policy.name)
    for (const rule of policy.rules) {
      permissions.add(rule.permissions)
      if (rule.condition) conditions.add(rule.condition)
      bytes += ruleBytes(rule)
    }
  }
  for (const list of permissions) bytes += listBytes(list)
  for (const { source } of conditions) bytes += objectBytes + compiledBytes * source.length
  return bytes
}

function ruleBytes({ id, scope, permissionSetNames, resources }: CompiledRule): number {
  const scopeBytes = scope.kind === 'projects' ? listBytes(scope.projectIds) : 0
  return (
    2 * objectBytes +
    13 * fieldBytes +
    textBytes(id) +
    scopeBytes +
    listBytes(permissionSetNames) +
    listBytes(resources)
  )
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value)
  if (typeof value !== 'object' || value === null) return fieldBytes
  let bytes = objectBytes
  for (const part of Object.values(value)) bytes += fieldBytes + valueBytes(part)
  return bytes
}

function listBytes(texts: readonly string[]): number {
  let bytes = objectBytes
  for (const text of texts) bytes += fieldBytes + textBytes(text)
  return bytes
}

function textBytes(text: string): number {
  return stringBytes + text.length
}
