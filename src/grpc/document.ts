import type { ServerUnaryCall } from '@grpc/grpc-js'
import { parseAttributes, storedAttributeLimits } from '../domain/attributes.js'
import type { Attributes } from '../domain/condition/condition.js'
import type {
  OrganizationDocument,
  PolicyEntry,
  PrincipalEntry,
  RuleEntry,
} from '../domain/document.js'
import { parsed } from '../domain/validation.js'
import type { WriteAct } from '../service/act.js'
import type { Administration } from '../service/administration.js'
import { exportOrganization } from '../service/document/export.js'
import { dryRunImport, importOrganization } from '../service/document/import.js'
import type { DocumentChange } from '../service/document/run.js'
import {
  type DocumentServiceServer,
  type ExportOrganizationRequest,
  type ImportOrganizationRequest,
  type ImportOrganizationResponse,
  type OrganizationDocument as WireDocument,
  DocumentChange_Kind as WireKind,
  type PolicyEntry as WirePolicy,
  type RuleEntry as WireRule,
} from './gen/postern/v1/document.js'
import type { Methods } from './method.js'
import { pendingRevision } from './pending-revision.js'
import { fromScopeType, toScopeType } from './permission-set.js'
import { fromEffect, toEffect } from './rule.js'
import { sessionOf } from './session.js'
import { fromUserType, toUserType } from './user.js'

export function documentHandlers(
  { plain, read, commit }: Methods,
  administration: Administration,
): DocumentServiceServer {
  return {
    importOrganization: plain(
      async (call: ServerUnaryCall<ImportOrganizationRequest, ImportOrganizationResponse>) => {
        const { organizationId, prune, document, dryRun } = call.request
        const input = { organizationId, prune, document: fromDocument(document) }
        const session = sessionOf(call)
        if (dryRun) {
          const changes = await dryRunImport((work) => administration.write(session, work), input)
          return { changes: changes.map(toChange), revision: '' }
        }
        const work = async (act: WriteAct) => toImported(await importOrganization(act, input))
        return commit(call, (retry) => administration.write(session, work, retry))
      },
    ),
    exportOrganization: read(
      (act, request: ExportOrganizationRequest) => exportOrganization(act, request.organizationId),
      (document, revision) => ({ document: toDocument(document), revision }),
    ),
  }
}

function toImported(changes: readonly DocumentChange[]): ImportOrganizationResponse {
  const revision = changes.length > 0 ? pendingRevision : ''
  return { changes: changes.map(toChange), revision }
}

const kinds = {
  create: WireKind.CREATE,
  update: WireKind.UPDATE,
  delete: WireKind.DELETE,
} as const

function toChange({ kind, noun, name, fields }: DocumentChange) {
  return { kind: kinds[kind], noun, name, fields: [...fields] }
}

export function fromDocument(wire: WireDocument | undefined): OrganizationDocument {
  return {
    name: wire?.name ?? '',
    projects: wire?.projects ?? [],
    users: (wire?.users ?? []).map((user, index) => ({
      ...user,
      type: fromUserType(`users[${index}].type`, user.type) ?? 'member',
      attributes: storedAttributes(`users[${index}].attributes`, user.attributes),
    })),
    applications: (wire?.applications ?? []).map((application, index) => ({
      ...application,
      attributes: storedAttributes(`applications[${index}].attributes`, application.attributes),
    })),
    groups: wire?.groups ?? [],
    permissionSets: (wire?.permissionSets ?? []).map((set, index) => ({
      ...set,
      scopeType: fromScopeType(`permission_sets[${index}].scope_type`, set.scopeType) ?? 'projects',
    })),
    policies: (wire?.policies ?? []).map(fromPolicy),
  }
}

function storedAttributes(field: string, value: unknown): Attributes {
  return parsed((v) => parseAttributes(v, field, { value, limits: storedAttributeLimits }))
}

function fromPolicy({ principal, rules, ...rest }: WirePolicy, index: number): PolicyEntry {
  return {
    ...rest,
    ...(principal && { principal: { type: principal.$case, name: principal.value } }),
    rules: rules.map((rule, i) => fromRule(rule, `policies[${index}].rules[${i}]`)),
  }
}

function fromRule(rule: WireRule, field: string): RuleEntry {
  return { ...rule, effect: fromEffect(`${field}.effect`, rule.effect) }
}

export function toDocument(document: OrganizationDocument): WireDocument {
  return {
    name: document.name,
    projects: document.projects.map(({ id, name, description }) => ({ id, name, description })),
    users: document.users.map((user) => ({
      ...user,
      type: toUserType(user.type),
      tags: [...user.tags],
    })),
    applications: document.applications.map((application) => ({
      ...application,
      tags: [...application.tags],
    })),
    groups: document.groups.map((group) => ({
      ...group,
      tags: [...group.tags],
      users: [...group.users],
      applications: [...group.applications],
    })),
    permissionSets: document.permissionSets.map((set) => ({
      ...set,
      scopeType: toScopeType(set.scopeType),
      permissions: [...set.permissions],
    })),
    policies: document.policies.map(toPolicy),
  }
}

function toPolicy({ principal, ...policy }: PolicyEntry): WirePolicy {
  return {
    ...policy,
    tags: [...policy.tags],
    principal: principal && toPrincipal(principal),
    rules: policy.rules.map((rule) => ({
      effect: toEffect(rule.effect),
      permissionSets: [...rule.permissionSets],
      organization: rule.organization,
      projects: [...rule.projects],
      resources: [...rule.resources],
      condition: rule.condition,
    })),
  }
}

function toPrincipal({ type, name }: PrincipalEntry): WirePolicy['principal'] {
  return { $case: type, value: name }
}
