import type { OrganizationDocument, PolicyEntry } from '../../domain/document.js'
import { implicitGroupNames } from '../../domain/group.js'
import { parsed, type Validation } from '../../domain/validation.js'
import type { Directory } from './directory.js'

const entriesMax = 10_000

/**
 * Throws `invalid` with everything in the document that names nothing, or names one thing twice:
 * before anything is changed, and all at once.
 */
export function checkDocument(document: OrganizationDocument, directory: Directory): void {
  parsed((v) => {
    checkSize(v, document)
    const known = namesIn(document)
    for (const [field, entries] of Object.entries(known.lists)) checkUnique(v, field, entries)
    checkGroups(v, document, { known, directory })
    document.policies.forEach((policy, index) => {
      checkPolicy(v, `policies[${index}]`, { policy, known, directory })
    })
  })
}

function checkSize(v: Validation, document: OrganizationDocument): void {
  for (const [field, entries] of Object.entries(document)) {
    if (Array.isArray(entries) && entries.length > entriesMax) {
      v.fail(field, 'TOO_MANY', `must hold at most ${entriesMax} entries`)
    }
  }
}

type Known = ReturnType<typeof namesIn>

function namesIn(document: OrganizationDocument) {
  const lists = {
    projects: document.projects.map((entry) => entry.name),
    users: document.users.map((entry) => entry.email.toLowerCase()),
    applications: document.applications.map((entry) => entry.name),
    groups: document.groups.map((entry) => entry.name),
    permission_sets: document.permissionSets.map((entry) => entry.name),
    policies: document.policies.map((entry) => entry.name),
  }
  return {
    lists,
    projects: new Set(lists.projects),
    users: new Set(lists.users),
    applications: new Set(lists.applications),
    groups: new Set(lists.groups),
  }
}

function checkUnique(v: Validation, field: string, names: readonly string[]): void {
  const seen = new Set<string>()
  names.forEach((name, index) => {
    if (seen.has(name)) v.fail(`${field}[${index}]`, 'DUPLICATE', `\`${name}\` stands here twice`)
    seen.add(name)
  })
}

interface Scene {
  readonly known: Known
  readonly directory: Directory
}

function checkGroups(v: Validation, document: OrganizationDocument, scene: Scene): void {
  const implicit: readonly string[] = Object.values(implicitGroupNames)
  document.groups.forEach((group, index) => {
    const path = `groups[${index}]`
    if (implicit.includes(group.name)) {
      v.fail(`${path}.name`, 'CONSTRAINT', 'must not be that of an implicit group')
    }
    group.users.forEach((email, i) => {
      checkName(v, `${path}.users[${i}]`, { kind: 'users', name: email.toLowerCase(), ...scene })
    })
    group.applications.forEach((name, i) => {
      checkName(v, `${path}.applications[${i}]`, { kind: 'applications', name, ...scene })
    })
  })
}

const kinds = { user: 'users', group: 'groups', application: 'applications' } as const

function checkPolicy(
  v: Validation,
  path: string,
  { policy, ...scene }: Scene & { readonly policy: PolicyEntry },
): void {
  if (policy.principal) {
    const { type, name } = policy.principal
    checkName(v, `${path}.principal.${type}`, {
      kind: kinds[type],
      name: type === 'user' ? name.toLowerCase() : name,
      ...scene,
    })
  }
  policy.rules.forEach((rule, index) => {
    if (rule.organization === rule.projects.length > 0) {
      v.fail(
        `${path}.rules[${index}].scope`,
        'REQUIRED',
        'must be exactly one of `organization: true` and `projects`',
      )
    }
    rule.projects.forEach((name, i) => {
      const field = `${path}.rules[${index}].projects[${i}]`
      checkName(v, field, { kind: 'projects', name, ...scene })
    })
  })
}

function checkName(
  v: Validation,
  field: string,
  {
    kind,
    name,
    known,
    directory,
  }: Scene & {
    readonly kind: 'projects' | 'users' | 'applications' | 'groups'
    readonly name: string
  },
): void {
  if (known[kind].has(name) || directory[kind].has(name)) return
  v.fail(field, 'UNKNOWN', `\`${name}\` is neither in the document nor in the organization`)
}
