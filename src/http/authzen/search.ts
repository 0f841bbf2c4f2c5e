import { DomainError } from '../../domain/errors.js'
import type { RegisteredResource } from '../../domain/registered-resource.js'
import { parsed, type Validation } from '../../domain/validation.js'
import type { ReadAct } from '../../service/act.js'
import { unauthenticated } from '../../service/administration.js'
import type { Page, PageInput } from '../../service/page.js'
import { listPermittedActions } from '../../service/permitted/actions.js'
import { principalNamed } from '../../service/permitted/named.js'
import { listPermittedPrincipals } from '../../service/permitted/principals.js'
import { listPermittedResources } from '../../service/permitted/resources.js'
import { encodeRevision } from '../../service/revision.js'
import type { AskDeps, Asker } from './ask.js'
import { readBody } from './evaluation.js'
import { readPageInput } from './page-input.js'
import { type Parts, partsOf, readEntity } from './parts.js'
import {
  attributesAmong,
  readAction,
  readContext,
  readResource,
  readResourceProperties,
  readSubject,
} from './question.js'
import { inRequestWords } from './request-words.js'

interface Found {
  readonly results: readonly object[]
  readonly page: { readonly next_token: string }
  readonly context: { readonly revision: string }
}

/** How one search is served. */
interface Search<Asked, Item> {
  /** Reports what is wrong to `v`; what it answers is used only if nothing is. */
  read(v: Validation, parts: Parts, organizationId: string): Asked
  find(act: ReadAct, asked: Asked & PageInput): Promise<Page<Item>>
  present(item: Item, asked: Asked): object
}

const nothing = { items: [], nextPageToken: '' }

/** Lists who may; those of an unknown type are none. */
export const searchSubjects = searching({
  read: (v, parts, organizationId) => ({
    type: readEntity(v, 'subject', parts.subject).requiredText('type'),
    action: readAction(v, parts.action),
    resource: readResource(v, parts.resource, organizationId),
    ...readContext(v, parts.context),
  }),
  async find(act, { type, ...asked }) {
    const found = await listPermittedPrincipals(act, { ...asked, type: principalType(type) })
    return isSubjectType(type) ? found : nothing
  },
  present: ({ id }, { type }) => ({ type, id }),
})

/** Lists registered resources of the type, each as it can be asked about. */
export const searchResources = searching({
  read: (v, parts, organizationId) => {
    const resource = readEntity(v, 'resource', parts.resource)
    return {
      subject: readSubject(v, parts.subject),
      action: readAction(v, parts.action),
      type: resource.requiredText('type'),
      ...readResourceProperties(resource, organizationId),
      ...readContext(v, parts.context),
    }
  },
  async find(act, { subject, organizationId: of, ...asked }) {
    const principal = await principalNamed(act, subject)
    const found = await listPermittedResources(act, { ...asked, ...principal })
    return of === '' || of === act.caller.organizationId ? found : nothing
  },
  present: toResource,
})

/** Lists actions that have a name of their own. */
export const searchActions = searching({
  read: (v, parts, organizationId) => ({
    subject: readSubject(v, parts.subject),
    resource: readResource(v, parts.resource, organizationId),
    ...readContext(v, parts.context),
  }),
  async find(act, { subject, ...asked }) {
    return listPermittedActions(act, { ...asked, ...(await principalNamed(act, subject)) })
  },
  present: (name) => ({ name }),
})

function searching<Asked, Item>({ read, find, present }: Search<Asked, Item>) {
  return async (
    { longActs }: AskDeps,
    { caller, organizationId }: Asker,
    body: unknown,
  ): Promise<Found> => {
    if (!caller) throw unauthenticated('CREDENTIAL_MISSING')
    const record = readBody(body)
    const parts = partsOf(record)
    const asked = parsed((v) => ({
      ...read(v, parts, organizationId ?? ''),
      ...readPageInput(v, record),
    }))
    try {
      const { value, revision } = await longActs.read(caller, (act) =>
        find(act, asked).catch(nothingOrThrow),
      )
      return {
        results: value.items.map((item) => present(item, asked)),
        page: { next_token: value.nextPageToken },
        context: { revision: encodeRevision(revision) },
      }
    } catch (error) {
      throw error instanceof DomainError ? inRequestWords(error, parts) : error
    }
  }
}

/** What nothing here can have is found nowhere; a page must be one that was given out. */
function nothingOrThrow(error: unknown): typeof nothing {
  if (!(error instanceof DomainError) || error.kind !== 'invalid') throw error
  if (error.violations.some(({ field }) => field.startsWith('page_'))) throw error
  return nothing
}

function principalType(type: string): 'user' | 'application' | undefined {
  return type === 'user' || type === 'application' ? type : undefined
}

function isSubjectType(type: string): boolean {
  return principalType(type) !== undefined || type === 'identity'
}

/** With the properties by which an evaluation of it is the same question. */
function toResource(resource: RegisteredResource): object {
  const { type, id, projectId, name, locality, attributes } = resource
  return {
    type,
    id,
    properties: {
      // Those registered before such names were refused cannot be asked about here.
      ...attributesAmong(attributes),
      ...(projectId && { project_id: projectId }),
      ...(name && { name }),
      ...(locality && { locality }),
    },
  }
}
